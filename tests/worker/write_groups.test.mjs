// worker/write_groups.js alone: when writes wait for one another, and in which order they run.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { WriteGroups } from "../../worker/write_groups.js";

globalThis.scheduler = { wait: (ms) => wait(ms) }; // the Worker's, which Node does not have

// An object whose writes arrive so many at once, turn by turn; the sizes of the groups that ran together.
async function sizesOf(groups, arrivals) {
    const sizes = [];
    for (const count of arrivals) {
        let turn = null;
        const write = () => {
            turn ??= { size: 0, ends: setImmediate(() => (turn = null)) };
            if (turn.size++ === 0) sizes.push(turn);
            return "written";
        };
        const replies = Array.from({ length: count }, () => groups.wants() ? groups.join(write) : write());
        assert.deepEqual(await Promise.all(replies), new Array(count).fill("written"));
        await new Promise(setImmediate);
        await new Promise(setImmediate);
    }
    return sizes.map(({ size }) => size);
}

test("writes that come alone run at once, but for one in 32", async () => {
    const groups = new WriteGroups();
    let waited = 0;
    for (let i = 0; i < 320; i++) {
        if (!groups.wants()) continue;
        waited++;
        await groups.join(() => "written");
    }
    assert.equal(waited, 10);
});

test("writes that come together run together, until they come alone again", async () => {
    const groups = new WriteGroups();
    const sizes = await sizesOf(groups, [40, 20, 20, 1, 1, 1]);
    assert.deepEqual(sizes.slice(-5), [20, 20, 1, 1, 1]);
    assert.equal(groups.wants(), false, "the last one stood alone");
});

test("a group has 64 writes at most, in the order in which they came", async () => {
    const groups = new WriteGroups();
    await sizesOf(groups, [40]);
    const order = [];
    const sizes = [];
    let size = 0;
    const replies = Array.from({ length: 150 }, (_, i) => {
        assert.ok(groups.wants());
        return groups.join(() => {
            if (size++ === 0) setImmediate(() => (size = sizes.push(size) && 0));
            order.push(i);
            return i;
        });
    });
    assert.deepEqual(await Promise.all(replies), Array.from({ length: 150 }, (_, i) => i));
    await new Promise(setImmediate);
    assert.deepEqual(order, Array.from({ length: 150 }, (_, i) => i));
    assert.deepEqual(sizes, [64, 64, 22]);
});
