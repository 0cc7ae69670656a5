// The headers x-amz-date and authorization of a POST to /: signed with a key, or only in the right form, which servers
// that check nothing insist on.
import { amzDate, sha256, signatureOf } from "../tests/signature.mjs";

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
    const time = amzDate();
    const scope = `${time.slice(0, 8)}/${REGION}/dynamodb/aws4_request`;
    const canonical = [
        "POST", "/", "", `host:${host}`, `x-amz-date:${time}`, `x-amz-target:DynamoDB_20120810.${target}`, "",
        SIGNED_HEADERS, sha256(body),
    ].join("\n");
    const signature = signatureOf(key.secret, time, scope, canonical);
    return {
        "x-amz-date": time,
        "authorization":
            `AWS4-HMAC-SHA256 Credential=${key.id}/${scope}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`,
    };
}
