// The headers x-amz-date and authorization of a POST to /: signed with a key, or only in the right form, which servers
// that check nothing insist on.
import { createHash, createHmac } from "node:crypto";

const REGION = "us-east-1";
const SIGNED_HEADERS = "host;x-amz-date;x-amz-target";
const UNSIGNED = {
    "x-amz-date": "20260101T000000Z",
    "authorization": "AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/dynamodb/aws4_request, " +
        `SignedHeaders=${SIGNED_HEADERS}, Signature=${"0".repeat(64)}`,
};

// key: { id, secret }, or null. A signature holds for some minutes.
export function authorizationOf(key, host, target, body) {
    if (key === null) return UNSIGNED;
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
    const scope = `${time.slice(0, 8)}/${REGION}/dynamodb/aws4_request`;
    const canonical = [
        "POST", "/", "", `host:${host}`, `x-amz-date:${time}`, `x-amz-target:DynamoDB_20120810.${target}`, "",
        SIGNED_HEADERS, sha256(body),
    ].join("\n");
    const signingKey = scope.split("/").reduce((secret, part) => hmac(secret, part), `AWS4${key.secret}`);
    const signature = hmac(signingKey, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString("hex");
    return {
        "x-amz-date": time,
        "authorization":
            `AWS4-HMAC-SHA256 Credential=${key.id}/${scope}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`,
    };
}

function sha256(text) {
    return createHash("sha256").update(text).digest("hex");
}

function hmac(key, text) {
    return createHmac("sha256", key).update(text).digest();
}
