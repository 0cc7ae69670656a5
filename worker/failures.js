// The few replies that are made without the core: it failed, or the request never reached it.

const REQUEST_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const REQUEST_ID_CHARACTERS = 52;

const encoder = new TextEncoder();

export function internalError() {
    const type = "com.amazonaws.dynamodb.v20120810#InternalServerError";
    return jsonReply(500, { __type: type, message: "Internal server error" });
}

export function requestTooLarge() {
    const type = "com.amazon.coral.service#RequestEntityTooLargeException";
    return jsonReply(413, { __type: type, message: "Request body is longer than 16 MB" });
}

function jsonReply(status, value) {
    const body = encoder.encode(JSON.stringify(value));
    return new Response(body, {
        status,
        headers: {
            "content-type": "application/x-amz-json-1.0",
            "x-amzn-requestid": requestId(),
            "x-amz-crc32": String(crc32(body)),
        },
    });
}

function requestId() {
    const random = crypto.getRandomValues(new Uint8Array(REQUEST_ID_CHARACTERS));
    return Array.from(random, (byte) => REQUEST_ID_ALPHABET[byte % REQUEST_ID_ALPHABET.length]).join("");
}

// Bit by bit: failures are short and rare.
function crc32(bytes) {
    let crc = ~0;
    for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
}
