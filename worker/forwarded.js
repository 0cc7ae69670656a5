// A read that goes to its object as a request. Measured (docs/performance.md): a body costs a stream at both ends, a
// fifth of the whole GetItem, so a small message travels in the URL.
const ORIGIN = "http://object/";
const URL_MESSAGE_BYTES_MAX = 2048;
const ALPHABET = "base64url";

// The arguments of stub.fetch().
export function forwardedRequest(message) {
    if (message.length > URL_MESSAGE_BYTES_MAX) return [ORIGIN, { method: "POST", body: message }];
    return [ORIGIN + message.toBase64({ alphabet: ALPHABET, omitPadding: true })];
}

// The message, or a promise of it where it came as a body.
export function forwardedMessage(request) {
    if (request.method === "POST") return request.arrayBuffer().then((body) => new Uint8Array(body));
    return Uint8Array.fromBase64(request.url.slice(ORIGIN.length), { alphabet: ALPHABET });
}
