// What counting costs: node bench/micro/metrics.mjs. Runs everything of worker/metrics.js that one PutItem runs, at the
// gateway and in its object, and prints the time; performance.md sets it against the whole request's.
import { objectMetrics, operationOf, requestEnded, requestStarted } from "../../worker/metrics.js";

const REQUESTS = 200_000;
const ROUNDS = 7;
const OBJECTS = 500;

const TARGET = "DynamoDB_20120810.PutItem";
const storage = { sql: { databaseSize: 4096 }, sync: () => Promise.resolve() };
const step = { rowsRead: 1, rowsWritten: 1, bytesWritten: 300 };
const objects = Array.from({ length: OBJECTS }, (_, i) => objectMetrics(1, `v1/p/0123456789/h16/${i}/0`));

function countOne(i) {
    const since = requestStarted();
    const object = objects[i % OBJECTS];
    object.enter();
    if (object.samplesWrite()) object.wroteIn(0.1, storage);
    object.step(step);
    object.leave();
    requestEnded({}, operationOf(TARGET), 200, null, since);
}

const rounds = Array.from({ length: ROUNDS }, () => {
    const began = performance.now();
    for (let i = 0; i < REQUESTS; i++) countOne(i);
    return (performance.now() - began) / REQUESTS * 1000;
});
console.log(`counting one PutItem: ${rounds.sort((a, b) => a - b)[ROUNDS >> 1].toFixed(2)} µs`);
