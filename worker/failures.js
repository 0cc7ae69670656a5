// The few replies that are made without the core: it failed, or the request never reached it.
import { crc32 } from "node:zlib";
import { httpDate } from "./envelope.js";

const REQUEST_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const REQUEST_ID_CHARACTERS = 52;
const REQUEST_ID_DIGITS = 12; // the last of them: a count

const encoder = new TextEncoder();

// One line of JSON for each error. at: gateway, call, object, core, sql, keys.
export function logError(at, facts) {
    console.error(JSON.stringify({ at, ...facts }));
}

export function internalError() {
    const type = "com.amazonaws.dynamodb.v20120810#InternalServerError";
    return jsonReply(500, { __type: type, message: "Internal server error" });
}

// Observed: nothing but the status.
export function requestTooLarge() {
    return new Response(null, { status: 413 });
}

export function brokenBody() {
    return new Response(null, { status: 400 });
}

// The body stopped coming.
export function requestTimeout() {
    return new Response(null, { status: 408 });
}

export function throttled() {
    const type = "com.amazonaws.dynamodb.v20120810#ThrottlingException";
    return jsonReply(400, { __type: type, message: "Rate of requests exceeds the allowed throughput." });
}

// Methods that DynamoDB does not have get what content types get that it does not have.
export function unknownOperation() {
    return textReply(404, "<UnknownOperationException/>\n", "application/xml");
}

export function healthy(host) {
    return textReply(200, `healthy: ${host} `, "text/plain");
}

function jsonReply(status, value) {
    return textReply(status, JSON.stringify(value), "application/x-amz-json-1.0");
}

function textReply(status, text, contentType) {
    const body = encoder.encode(text);
    return new Response(body, {
        status,
        headers: {
            "content-type": contentType,
            "date": httpDate(),
            "x-amzn-requestid": requestId(),
            "x-amz-crc32": String(crc32(body)),
        },
    });
}

let requestIdHead = "";
let requestIds = 10 ** (REQUEST_ID_DIGITS - 1); // as many digits from the first to the last

// Unique, no more: clients only log it.
export function requestId() {
    if (requestIdHead === "") {
        const random = crypto.getRandomValues(new Uint8Array(REQUEST_ID_CHARACTERS - REQUEST_ID_DIGITS));
        const character = (byte) => REQUEST_ID_ALPHABET[byte % REQUEST_ID_ALPHABET.length];
        requestIdHead = Array.from(random, character).join("");
    }
    return requestIdHead + requestIds++;
}
