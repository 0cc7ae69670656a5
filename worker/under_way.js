// What is under way in this isolate: calls that wait for an object, bytes of bodies whose requests are being answered.
// On Cloudflare a client that leaves ends its request without a word, and what that had counted would be counted for
// ever. So counts belong to the minute in which they were made, and those of the minute before the last are forgotten:
// no request takes so long (deadlines.js). ctx.waitUntil() would end each in order, but costs more than all of this.
const MINUTE_MS = 60_000;

let young = newMinute(0);
let old = newMinute(0);

function newMinute(since) {
    return { since, bodyBytes: 0, calls: new Map() }; // calls: object name → how many wait for it
}

function thisMinute() {
    const now = Date.now();
    if (now - young.since >= MINUTE_MS) {
        old = now - young.since >= 2 * MINUTE_MS ? newMinute(0) : young;
        young = newMinute(now);
    }
    return young;
}

export function heldBytes() {
    return young.bodyBytes + old.bodyBytes;
}

// What bodies hold: { bytes, add(bytes), clear() }, one for each request.
export class HeldBytes {
    bytes = 0;
    #minute = thisMinute();

    add(bytes) {
        this.bytes += bytes;
        this.#minute.bodyBytes += bytes;
    }

    clear() {
        this.add(-this.bytes);
    }
}

export function callsUnderWay(name) {
    return (young.calls.get(name) ?? 0) + (old.calls.get(name) ?? 0);
}

// How many objects calls are under way to.
export function objectsCalled() {
    return young.calls.size + old.calls.size;
}

// Counts a call to an object, unless as many as `max` wait for it: the calls to be handed to callEnded(), or null.
export function callBegins(name, max) {
    const { calls } = thisMinute();
    const waiting = calls.get(name) ?? 0;
    if (waiting + (old.calls.get(name) ?? 0) >= max) return null;
    calls.set(name, waiting + 1);
    return calls;
}

export function callEnded(calls, name) {
    const left = calls.get(name) - 1;
    if (left === 0) calls.delete(name);
    else calls.set(name, left);
}
