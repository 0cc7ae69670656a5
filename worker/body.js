// The request's body, or null when it is longer than DynamoDB takes (REQUEST_BYTES_MAX in c_src/base/limits.h).
// A body that was cut off rejects.
const BODY_BYTES_MAX = 16 * 1024 * 1024;
// What is read and dropped of a body that is too long: a client that is still sending would not hear the answer.
const DRAIN_BYTES_MAX = 48 * 1024 * 1024;

const NO_BODY = new Uint8Array(0);

export async function readBody(request) {
    if (request.body === null) return NO_BODY;
    const declared = request.headers.get("content-length");
    if (declared !== null && Number(declared) <= BODY_BYTES_MAX) return new Uint8Array(await request.arrayBuffer());
    return readBounded(request.body);
}

async function readBounded(stream) {
    const chunks = [];
    let size = 0;
    for await (const chunk of stream) {
        size += chunk.length;
        if (size <= BODY_BYTES_MAX) chunks.push(chunk);
        else chunks.length = 0;
        if (size > DRAIN_BYTES_MAX) break;
    }
    if (size > BODY_BYTES_MAX) return null;
    const body = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
        body.set(chunk, at);
        at += chunk.length;
    }
    return body;
}
