// On one machine every live object holds file descriptors and memory until it has been idle for ten seconds, and the
// runtime dies when descriptors run out. So where SHVM_LIVE_OBJECTS_MAX is set (the local host sets it) no more than
// that many are alive. Half of the places are for residents, which stay: where more objects are visited in turn than
// may live, those that stay answer at once, where a list of the least recently used would hold none that is wanted
// again. Who comes beyond them is a guest and leaves when idle: ctx.abort() closes an object at once, and the next
// call wakes it with its data. The gateway waits with calls to objects there is no place for. Nothing of this happens
// on Cloudflare.

// Shares of the places: those that residents take, and those from which on guests do not stay for their alarms.
const RESIDENTS = 0.5;
const CROWDED = 0.75;
const IDLE_MS = 50; // of a guest
const EVICTED_AFTER_MS = 10_500; // the runtime evicts what was idle for ten seconds
const ALARM_NEAR_MS = 200;
const ALARM_SOON_MS = 10_000;
const ROOM_POLL_MS = 5;

// The reason an object gives for leaving. Calls that meet it never began and may be sent again.
export const RETIRED = "this object left to make room";

// One visit each object that is counted, in the order of last use; of those that are busy, only the number.
const idle = new Set();
let busy = 0;

function alive() {
    const evictedBefore = Date.now() - EVICTED_AFTER_MS;
    for (const visit of idle) {
        if (visit.lastUse >= evictedBefore) break;
        idle.delete(visit);
    }
    return idle.size + busy;
}

// Waits, until a time at most, for a place for one more object; called(): how many are being called already. Asks again
// and again, because a request that waits for nothing but another one is taken for hung by the runtime. null: there is
// a place.
export function waitForRoom(env, called, until) {
    const max = Number(env.SHVM_LIVE_OBJECTS_MAX ?? 0);
    if (max === 0) return null;
    const hasRoom = () => alive() - busy + Math.max(busy, called()) < max;
    return hasRoom() ? null : poll(hasRoom, until);
}

async function poll(hasRoom, until) {
    while (!hasRoom() && Date.now() < until) await scheduler.wait(ROOM_POLL_MS);
}

export class Retirement {
    #ctx;
    #mayGo;
    #max; // 0: as many as the runtime likes
    #calls = 0;
    #visit = null; // { lastUse }; apart from the object, for the runtime evicts objects without a word
    #isGuest = false;
    #timer = false;

    // mayGo(): whether nothing is on its way to the object; then it hears nothing more.
    constructor(ctx, env, mayGo) {
        this.#ctx = ctx;
        this.#mayGo = mayGo;
        this.#max = Number(env.SHVM_LIVE_OBJECTS_MAX ?? 0);
    }

    enter() {
        if (this.#max === 0 || this.#calls++ > 0) return;
        if (!idle.delete(this.#visit)) this.#isGuest = alive() >= this.#max * RESIDENTS;
        busy++;
    }

    leave() {
        if (this.#max === 0 || --this.#calls > 0) return;
        busy--;
        this.#visit = { lastUse: Date.now() };
        idle.add(this.#visit);
        if (this.#isGuest) this.#leaveIn(IDLE_MS);
    }

    #leaveIn(ms) {
        if (this.#timer) return;
        this.#timer = true;
        setTimeout(() => this.#leaveIfIdle(), ms);
    }

    async #leaveIfIdle() {
        this.#timer = false;
        const visit = this.#visit;
        if (this.#calls > 0) return; // its end sets the timer again
        if (Date.now() - visit.lastUse < IDLE_MS) return this.#leaveIn(IDLE_MS);
        // Replies wait for what was written before them: let those go first.
        const { storage } = this.#ctx;
        await storage.sync();
        const due = await storage.getAlarm();
        if (this.#calls > 0) return;
        if (this.#visit !== visit) return this.#leaveIn(IDLE_MS);
        // An alarm that is near may be on its way already, and one that is not would wake the object again.
        const untilAlarm = due === null ? Infinity : due - Date.now();
        const patience = alive() < this.#max * CROWDED ? ALARM_SOON_MS : ALARM_NEAR_MS;
        if (untilAlarm < patience) return this.#leaveIn(Math.max(untilAlarm, 0) + IDLE_MS);
        this.#isGuest = alive() > this.#max * RESIDENTS;
        if (!this.#isGuest || !this.#mayGo()) return;
        idle.delete(visit);
        this.#ctx.abort(RETIRED);
    }
}
