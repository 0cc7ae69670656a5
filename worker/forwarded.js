// A read that goes to its object as a request. Measured (docs/performance.md): a body costs a stream at both ends, a
// fifth of the whole GetItem, so a small message travels in the URL, behind the ticket of a reply that may be kept
// (kept_reads.js).
const ORIGIN = "http://object/";
const URL_MESSAGE_BYTES_MAX = 2048;
const ALPHABET = "base64url";

// The arguments of stub.fetch(). ticket: or "".
export function forwardedRequest(message, ticket) {
    if (message.length > URL_MESSAGE_BYTES_MAX) return [ORIGIN, { method: "POST", body: message }];
    return [`${ORIGIN}${ticket}/${message.toBase64({ alphabet: ALPHABET, omitPadding: true })}`];
}

// The message, or a promise of it where it came as a body.
export function forwardedMessage(request) {
    if (request.method === "POST") return request.arrayBuffer().then((body) => new Uint8Array(body));
    const { url } = request;
    return Uint8Array.fromBase64(url.slice(url.lastIndexOf("/") + 1), { alphabet: ALPHABET });
}

// Or "".
export function forwardedTicket({ url }) {
    return url.slice(ORIGIN.length, url.lastIndexOf("/"));
}
