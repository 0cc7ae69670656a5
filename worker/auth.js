// What the core needs to know who sent a request. It reads and checks signatures; this hands it what of the request's
// head they are about and the deployment's access keys, as the secret SHVM_ACCESS_KEYS has them now. Where the variable
// SHVM_AUTH is "off" (the local host sets it) anybody is believed, and only the headers that could be malformed travel.
import { EMPTY } from "./envelope.js";
import { logError } from "./failures.js";

const SIGNED_HEADERS_MAX = 100; // as in c_src/base/limits.h: the core refuses more
const encoder = new TextEncoder();

// target: the header X-Amz-Target, or "". payloadHash: SHA-256 of the body as it was sent, where the core gets another
// one; else empty.
export function authOf(request, target, env, payloadHash) {
    const authorization = request.headers.get("authorization");
    if (env.SHVM_AUTH === "off") {
        const head = targetOf(request) + basicHeaders(request.headers, authorization);
        return { checked: false, keys: EMPTY, payloadHash, head };
    }
    const head = targetOf(request) + headersToCheck(request, target, authorization);
    return { checked: true, keys: keysOf(env.SHVM_ACCESS_KEYS ?? ""), payloadHash, head };
}

// Path and query as they were sent: URL would tidy them up.
function targetOf({ method, url }) {
    const start = url.indexOf("/", url.indexOf("://") + 3);
    const mark = url.indexOf("?", start);
    if (mark < 0) return `${method}\n${url.slice(start)}\n\n`;
    return `${method}\n${url.slice(start, mark)}\n${url.slice(mark + 1)}\n`;
}

function basicHeaders(headers, authorization) {
    const amzDate = headers.get("x-amz-date");
    const dateLine = amzDate ? headerLine("x-amz-date", amzDate) : headerLine("date", headers.get("date"));
    return headerLine("authorization", authorization) + headerLine("host", headers.get("host")) + dateLine;
}

function headerLine(name, value) {
    return value === null ? "" : `${name}:${value}\n`;
}

// What the core looks for, and what is signed. Asking by name takes half the time of walking through all headers, which
// only a signed query string makes necessary.
function headersToCheck(request, target, authorization) {
    const { headers } = request;
    if (authorization === null) return headerLines(request, headers.keys());
    const lines = basicHeaders(headers, authorization) + headerLine("x-amz-target", target === "" ? null : target)
        + headerLine("x-amz-security-token", headers.get("x-amz-security-token"));
    return lines + headerLines(request, otherSignedHeaders(authorization));
}

// Cloudflare writes an Accept-Encoding of its own; some SDKs sign theirs.
function headerLines({ cf, headers }, names) {
    let lines = "";
    for (const name of names) {
        const sent = name === "accept-encoding" ? cf?.clientAcceptEncoding : undefined;
        lines += headerLine(name, sent ?? headers.get(name));
    }
    return lines;
}

const HANDED_OVER = ["authorization", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"];
let knownSigned = "";
let knownOthers = [];

// A client signs the same headers every time. What cannot be a header's name the core will not find.
function otherSignedHeaders(authorization) {
    const signed = /SignedHeaders=([^, \t]*)/.exec(authorization)?.[1] ?? "";
    if (signed !== knownSigned) {
        const others = signed.split(";").filter((name) => /^[a-z0-9_-]+$/.test(name) && !HANDED_OVER.includes(name));
        knownOthers = [...new Set(others)].slice(0, SIGNED_HEADERS_MAX);
        knownSigned = signed;
    }
    return knownOthers;
}

let knownText = "";
let knownKeys = EMPTY;

// The secret in the core's form (c_src/role/access.h), parsed once for each value it takes.
function keysOf(text) {
    if (text !== knownText) {
        knownKeys = encoder.encode(readKeys(text).map(lineOf).join(""));
        knownText = text;
    }
    return knownKeys;
}

function lineOf({ id, secret, readOnly, prefixes, token }) {
    return `${[id, secret, readOnly ? "ro" : "rw", prefixes.join(","), token].join("\t")}\n`;
}

// SHVM_ACCESS_KEYS is a JSON list of { id, secret, readOnly, prefixes, token }, or lines "id:secret[:ro][:prefix,…]".
// What is malformed is left out, and logged without its secret.
export function readKeys(text) {
    const entries = text.trimStart().startsWith("[") ? readJson(text) : text.split("\n").map(readLine);
    return entries.filter((key) => key !== null && isWhole(key));
}

function readJson(text) {
    try {
        return JSON.parse(text).map((key) => ({ readOnly: false, prefixes: [], token: "", ...key }));
    } catch {
        logError("keys", { error: "SHVM_ACCESS_KEYS begins like JSON but is none" });
        return [];
    }
}

function readLine(line) {
    if (/^\s*(#|$)/.test(line)) return null;
    const [id, secret, ...rest] = line.trim().split(":");
    const hasRights = rest[0] === "ro" || rest[0] === "rw";
    const readOnly = hasRights && rest.shift() === "ro";
    const prefixes = rest.length === 0 ? [] : rest[0].split(",").map((prefix) => prefix.trim());
    return { id, secret: rest.length > 1 ? "" : secret, readOnly, prefixes, token: "" };
}

// Nothing but what cannot break the core's line: a limit that got lost would be a right that was given.
function isWhole({ id, secret, readOnly, prefixes, token }) {
    const isText = (value) => typeof value === "string" && !/[\t\n\r]/.test(value);
    const isPrefix = (value) => isText(value) && value !== "" && !value.includes(",");
    const whole = isText(id) && id !== "" && isText(secret) && secret !== "" && typeof readOnly === "boolean"
        && isText(token) && Array.isArray(prefixes) && prefixes.every(isPrefix);
    if (!whole) logError("keys", { error: "a key of SHVM_ACCESS_KEYS is malformed and left out", id });
    return whole;
}
