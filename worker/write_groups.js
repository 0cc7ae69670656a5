// Writes that meet at a busy object run in one turn of its event loop: the platform commits once a turn, and a commit
// is most of what a write costs on a disk. Each still runs in a transaction of its own inside, and each reply waits for
// the commit as it always does. An object finds out by trying: now and then a write waits until all that is ready has
// arrived; where others arrive with it all writes do so, until one stands alone again.
const GROUP_MAX = 64;
const WRITES_BETWEEN_TRIES = 32;
const GROUP_WORTHWHILE = 3;

export class WriteGroups {
    #waiting = []; // { write, resolve }
    #isOn = false;
    #untilTry = WRITES_BETWEEN_TRIES;

    // Whether the write at hand is to wait for others: then join() it.
    wants() {
        if (this.#isOn || this.#waiting.length > 0) return true;
        if (--this.#untilTry > 0) return false;
        this.#untilTry = WRITES_BETWEEN_TRIES;
        return true;
    }

    // A promise of what write() gives, or of what its promise does. write() must not throw.
    join(write) {
        return new Promise((resolve) => {
            this.#waiting.push({ write, resolve });
            if (this.#waiting.length === 1) this.#runSoon();
        });
    }

    // A timer goes off behind everything that is ready.
    async #runSoon() {
        await scheduler.wait(0);
        const group = this.#waiting.splice(0, GROUP_MAX);
        this.#isOn = group.length >= (this.#isOn ? 2 : GROUP_WORTHWHILE);
        for (const { write, resolve } of group) resolve(write());
        if (this.#waiting.length > 0) this.#runSoon();
    }
}
