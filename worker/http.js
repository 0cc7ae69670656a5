// HTTP around DynamoDB: methods, cross-origin requests, compression. What a POST means is the core's.
import { crc32 } from "node:zlib";
import { httpDate } from "./envelope.js";
import { healthy, requestId, unknownOperation } from "./failures.js";

const GZIP_BYTES_MIN = 1024; // shorter replies gain nothing
const PREFLIGHT_SECONDS = 172_800;

// The reply to what is no POST, or null.
export function answerOtherMethod(request) {
    const { method, headers } = request;
    if (method === "POST") return null;
    if (method === "OPTIONS" && headers.has("origin")) return preflight(headers);
    if (method === "GET") return healthy(headers.get("host") ?? new URL(request.url).host);
    return unknownOperation();
}

// Whatever a page asks to send, it may.
function preflight(asked) {
    const headers = new Headers({
        "access-control-max-age": String(PREFLIGHT_SECONDS),
        "date": httpDate(),
        "x-amzn-requestid": requestId(),
    });
    const echo = (from, to) => asked.has(from) && headers.set(to, asked.get(from));
    echo("access-control-request-headers", "access-control-allow-headers");
    echo("access-control-request-method", "access-control-allow-methods");
    return new Response(null, { headers });
}

// What the request's headers ask of any reply: the reply, or a promise of it. Most ask nothing, and their replies go
// out as they are.
export function finishReply(request, response) {
    const { headers } = request;
    if (headers.has("origin")) {
        response = new Response(response.body, response);
        response.headers.set("access-control-allow-origin", "*");
    }
    return wantsGzip(request) ? compress(response) : response;
}

// Cloudflare writes an Accept-Encoding of its own and keeps the client's beside it.
function wantsGzip(request) {
    const written = request.headers.get("accept-encoding");
    if (written === null) return false;
    const accepted = request.cf?.clientAcceptEncoding ?? written;
    if (!accepted.includes("gzip")) return false;
    const [, quality = "1"] = /\bgzip\s*(?:;\s*q=([\d.]+))?/.exec(accepted);
    return Number(quality) > 0;
}

// The checksum is that of the bytes on the wire. no-transform keeps those between here and the client from changing
// them again.
async function compress(response) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    const headers = new Headers(response.headers);
    headers.set("cache-control", "no-transform");
    if (bytes.length < GZIP_BYTES_MIN || headers.has("content-encoding")) {
        return new Response(bytes, { status: response.status, headers });
    }
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
    const compressed = new Uint8Array(await new Response(stream).arrayBuffer());
    headers.set("content-encoding", "gzip");
    headers.set("x-amz-crc32", String(crc32(compressed)));
    headers.delete("content-length");
    return new Response(compressed, { status: response.status, headers, encodeBody: "manual" });
}
