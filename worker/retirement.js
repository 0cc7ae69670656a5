// On one machine every live object holds file descriptors and memory until it has been idle for ten seconds, and the
// runtime dies when descriptors run out. So where SHVM_LIVE_OBJECTS_MAX is set (the local host sets it) objects that
// are idle leave early once half of that many are alive: ctx.abort() closes an object at once, and the next call wakes
// it with its data. Nothing of this happens on Cloudflare.

const IDLE_MS = 50;

// The reason an object gives for leaving. Calls that meet it never began and may be sent again.
export const RETIRED = "this object left to make room";

let alive = 0; // objects of this isolate; one that the runtime evicted is counted until its timer or finalizer
const evicted = new FinalizationRegistry(() => alive--);

export class Retirement {
    #ctx;
    #max;
    #busy = 0;
    #lastUse = 0;
    #timer = false;

    constructor(ctx, env) {
        this.#ctx = ctx;
        this.#max = Number(env.SHVM_LIVE_OBJECTS_MAX ?? 0);
        alive++;
        evicted.register(this, undefined, this);
    }

    enter() {
        this.#busy++;
    }

    leave() {
        this.#busy--;
        this.#lastUse = Date.now();
        if (this.#timer || this.#max === 0 || alive < this.#max / 2) return;
        this.#timer = true;
        setTimeout(() => this.#leaveIfIdle(), IDLE_MS);
    }

    async #leaveIfIdle() {
        this.#timer = false;
        const lastUse = this.#lastUse;
        // Replies wait for what was written before them: let those go first.
        await this.#ctx.storage.sync();
        if (this.#busy > 0 || this.#lastUse !== lastUse || Date.now() - lastUse < IDLE_MS) return;
        evicted.unregister(this);
        alive--;
        this.#ctx.abort(RETIRED);
    }
}
