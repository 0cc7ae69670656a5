// How long anybody waits. A request has SHVM_REQUEST_MS, and what it asks an object a part of that, the smaller the
// further inside the object stands: whoever waits hears from those it asked before its own time is up, and can say what
// became of the request. Calls that go out together share a timer and no request has one beside them, so a point read
// pays for one, and for none where the object listens and answers at once (channels.js).
import { Role } from "./envelope.js";
import { keepShape } from "./shapes.js";

const REQUEST_MS = 30_000;
const REQUEST_MS_MAX = 60_000; // what is under way is counted for so long (under_way.js)
const SHARES = { [Role.PARTITION]: 1 / 3, [Role.DIRECTORY]: 1 / 3, [Role.TABLE]: 1 / 4, [Role.CATALOG]: 1 / 6 };
const GATEWAY_SHARE = 1 / 2;

export const TIMED_OUT = Symbol("timed out");

// When a request that began at `since` (ms since 1970) is to be answered, whatever is still missing.
export function requestEnd(env, since) {
    return since + requestMs(env);
}

// How long a call may take. until: the end of the request that a gateway calls for; null where an object calls.
export function callMs(env, role, until) {
    if (until === null) return requestMs(env) * SHARES[role];
    return Math.min(requestMs(env) * GATEWAY_SHARE, until - Date.now());
}

// So many milliseconds from now on, until it is cleared. There is a timer once anybody races.
export class Deadline {
    static {
        keepShape(new Deadline(0));
    }

    #end;
    #late = null;
    #timer;

    constructor(ms) {
        this.#end = Date.now() + ms;
    }

    // A promise of what begin()'s promise gives in time, or of TIMED_OUT. It is not begun when there is no time left.
    race(begin) {
        const left = this.#end - Date.now();
        if (left <= 0) return Promise.resolve(TIMED_OUT);
        this.#late ??= new Promise((resolve) => {
            this.#timer = setTimeout(resolve, left, TIMED_OUT);
        });
        return Promise.race([begin(), this.#late]);
    }

    clear() {
        if (this.#late !== null) clearTimeout(this.#timer);
    }
}

function requestMs(env) {
    return Math.min(Number(env.SHVM_REQUEST_MS ?? REQUEST_MS), REQUEST_MS_MAX);
}
