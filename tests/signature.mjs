// Signature Version 4 by the book, for who makes requests that the AWS SDKs would not: what is signed, and into what it
// goes, is the caller's.
import { createHash, createHmac } from "node:crypto";

// Now, as x-amz-date has it.
export function amzDate(seconds = 0) {
    return new Date(Date.now() + seconds * 1000).toISOString().replace(/[-:]|\.\d+/g, "");
}

export function sha256(bytes) {
    return createHash("sha256").update(bytes).digest("hex");
}

// scope: day/region/service/aws4_request. canonical: the canonical request.
export function signatureOf(secret, time, scope, canonical) {
    const key = scope.split("/").reduce(hmac, `AWS4${secret}`);
    return hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString("hex");
}

function hmac(key, text) {
    return createHmac("sha256", key).update(text).digest();
}
