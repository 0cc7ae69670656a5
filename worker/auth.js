// What the core needs to know who sent a request. It reads and checks signatures; this hands it the request's head and
// the deployment's access keys, as the secret SHVM_ACCESS_KEYS has them now. Where the variable SHVM_AUTH is "off" (the
// local host sets it) anybody is believed, and only the headers that could be malformed travel.
import { EMPTY } from "./envelope.js";
import { logError } from "./failures.js";

const encoder = new TextEncoder();

// payloadHash: SHA-256 of the body as it was sent, where the core gets another one; else empty.
export function authOf(request, env, payloadHash) {
    const { path, query } = targetOf(request.url);
    if (env.SHVM_AUTH !== "off") {
        const keys = keysOf(env.SHVM_ACCESS_KEYS ?? "");
        return { checked: true, keys, payloadHash, head: headOf(request, path, query) + allHeaders(request) };
    }
    const { headers } = request;
    let head = headOf(request, path, query) + headerLine("host", headers.get("host"));
    head += headerLine("authorization", headers.get("authorization"));
    const amzDate = headers.get("x-amz-date");
    head += amzDate ? headerLine("x-amz-date", amzDate) : headerLine("date", headers.get("date"));
    return { checked: false, keys: EMPTY, payloadHash, head };
}

function headOf(request, path, query) {
    return `${request.method}\n${path}\n${query}\n`;
}

// Path and query as they were sent: URL would tidy them up.
function targetOf(url) {
    const start = url.indexOf("/", url.indexOf("://") + 3);
    const mark = url.indexOf("?", start);
    if (mark < 0) return { path: url.slice(start), query: "" };
    return { path: url.slice(start, mark), query: url.slice(mark + 1) };
}

function headerLine(name, value) {
    return value === null ? "" : `${name}:${value}\n`;
}

// Cloudflare writes an Accept-Encoding of its own; some SDKs sign theirs.
function allHeaders(request) {
    const sent = request.cf?.clientAcceptEncoding;
    let lines = "";
    for (const [name, value] of request.headers) {
        lines += `${name}:${name === "accept-encoding" && sent !== undefined ? sent : value}\n`;
    }
    return lines;
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
