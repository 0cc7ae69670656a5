// Bodies of requests: at most 16 MB (REQUEST_BYTES_MAX in c_src/base/limits.h) before and after decompression. What has
// arrived in this isolate and is not answered yet is bounded, and so is the time a large body may take: memory is for
// requests, not for senders that dawdle.
import { EMPTY } from "./envelope.js";
import { keepShape } from "./shapes.js";
import { HeldBytes, heldBytes } from "./under_way.js";

const BODY_BYTES_MAX = 16 * 1024 * 1024;
const HELD_BYTES_MAX = 32 * 1024 * 1024;
const KEPT_FOR_SMALL_BYTES = 8 * 1024 * 1024; // beyond that, so that large bodies cannot keep small ones out
const SMALL_BYTES_MAX = 64 * 1024; // read in one go, without a clock
const ARRIVAL_MS_MAX = 20_000;
// What is read and dropped of a body that is too long: a client that is still sending would not hear the answer.
const DRAIN_BYTES_MAX = 48 * 1024 * 1024;
// Decompressed in one go. A thousand times as much may come of a slice, so they stay small where much does.
const SLICE_BYTES_MIN = 2048;
const SLICE_BYTES_MAX = 16 * 1024;
const SLICE_BECOMES_MUCH = 256 * 1024;

// Why a body was not taken. BROKEN: it was cut off, or the HTTP of it is none.
export const Refusal = { TOO_LARGE: "too large", OVERLOADED: "overloaded", TOO_SLOW: "too slow", BROKEN: "broken" };

export class BodyRefused extends Error {}

// One request's share of what is held. A request alone is never refused for its size.
export class BodyShare {
    static {
        keepShape(new BodyShare());
    }

    #held = new HeldBytes();

    take(bytes, max = HELD_BYTES_MAX) {
        const all = heldBytes();
        if (all + bytes > max && all > this.#held.bytes) throw new BodyRefused(Refusal.OVERLOADED);
        this.#held.add(bytes);
    }

    get bytes() {
        return this.#held.bytes;
    }

    release() {
        this.#held.clear();
    }
}

// A promise of { body, payloadHash }: the bytes, decompressed, and the SHA-256 of what was sent where that is something
// else. request.body is looked at only where it must be: it makes a stream, which costs as much as a small body.
export function readBody(request, share) {
    const { headers } = request;
    const encoding = headers.get("content-encoding");
    const declared = headers.get("content-length");
    const isSmall = declared !== null && Number(declared) <= SMALL_BYTES_MAX;
    const reading = isSmall ? readSmall(request, share) : readLarge(request, share);
    return encoding === null ? reading : decode(reading, encoding, share);
}

async function decode(reading, encoding, share) {
    const sent = await reading;
    const format = formatOf(encoding, sent.body);
    if (format === null) return sent;
    const payloadHash = new Uint8Array(await crypto.subtle.digest("SHA-256", sent.body));
    return { body: await decompress(sent.body, format, share), payloadHash };
}

async function readSmall(request, share) {
    let body;
    try {
        body = new Uint8Array(await request.arrayBuffer());
    } catch {
        throw new BodyRefused(Refusal.BROKEN);
    }
    share.take(body.length, HELD_BYTES_MAX + KEPT_FOR_SMALL_BYTES);
    return { body, payloadHash: EMPTY };
}

async function readLarge({ body }, share) {
    if (body === null) return { body: EMPTY, payloadHash: EMPTY };
    const reader = body.getReader();
    let late = false;
    const timer = setTimeout(() => {
        late = true;
        reader.cancel().catch(() => {});
    }, ARRIVAL_MS_MAX);
    try {
        const bytes = await collect(reader, share, DRAIN_BYTES_MAX);
        if (late) throw new BodyRefused(Refusal.TOO_SLOW);
        return { body: bytes, payloadHash: EMPTY };
    } catch (error) {
        if (late) throw new BodyRefused(Refusal.TOO_SLOW);
        throw error instanceof BodyRefused ? error : new BodyRefused(Refusal.BROKEN);
    } finally {
        clearTimeout(timer);
    }
}

// Everything a reader gives. Behind 16 MB it reads on to drainMax, keeping nothing.
async function collect(reader, share, drainMax) {
    const chunks = [];
    let size = 0;
    for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        size += value.length;
        if (size > drainMax) break;
        if (size > BODY_BYTES_MAX) {
            chunks.length = 0;
            share.release();
            continue;
        }
        share.take(value.length);
        chunks.push(value);
    }
    if (size > BODY_BYTES_MAX) {
        reader.cancel().catch(() => {});
        throw new BodyRefused(Refusal.TOO_LARGE);
    }
    return concatenate(chunks, size);
}

function concatenate(chunks, size) {
    if (chunks.length === 1) return chunks[0];
    const whole = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
        whole.set(chunk, at);
        at += chunk.length;
    }
    return whole;
}

// DecompressionStream's name for a Content-Encoding; null for none. Some senders call deflate what has no zlib header.
function formatOf(encoding, bytes) {
    switch (encoding.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
        return "gzip";
    case "deflate": {
        const isZlib = bytes.length >= 2 && (bytes[0] & 0x0f) === 8 && ((bytes[0] << 8) | bytes[1]) % 31 === 0;
        return isZlib ? "deflate" : "deflate-raw";
    }
    default:
        return null;
    }
}

// Others have a turn after every slice. share: where it counts by then what became of it.
function inSlices(bytes, share) {
    let at = 0;
    let size = SLICE_BYTES_MIN;
    let before = share.bytes;
    return new ReadableStream({
        async pull(controller) {
            if (at >= bytes.length) return controller.close();
            if (at > 0) {
                await scheduler.wait(0);
                const isMuch = share.bytes > before + SLICE_BECOMES_MUCH;
                size = isMuch ? SLICE_BYTES_MIN : Math.min(size * 2, SLICE_BYTES_MAX);
                before = share.bytes;
            }
            controller.enqueue(bytes.subarray(at, at + size));
            at += size;
        },
    });
}

// Stops at 16 MB, however much more a small body would become. What cannot be decompressed is no JSON either: an empty
// body gets that answer, once the signature of what was sent has been checked.
async function decompress(bytes, format, share) {
    const reader = inSlices(bytes, share).pipeThrough(new DecompressionStream(format)).getReader();
    try {
        return await collect(reader, share, BODY_BYTES_MAX);
    } catch (error) {
        if (error instanceof BodyRefused) throw error;
        return EMPTY;
    }
}
