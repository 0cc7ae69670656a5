// Scans while others write: an item that exists throughout a scan appears in it exactly once, and nothing twice.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { TABLE, post, suiteServer } from "./support.mjs";

const KEYS = 30;
const ITEMS_PER_KEY = 4; // that stay; they are changed all the time, but never deleted
const VISITORS_PER_KEY = 4; // between them, that come and go
const NEW_KEYS = 30; // partition keys with nothing that stays
const WRITERS = 4;
const SCANS = 100; // in each layout
const SCANNERS = 4;
const SEGMENTS = [1, 3, 8];
const LIMITS = [undefined, 15, 60];

const nameOf = ({ pk, sk }) => `${pk.S}/${sk.N}`;
const isResident = ({ pk, sk }) => pk.S.startsWith("old") && Number(sk.N) % 2 === 0;
const pick = (count) => Math.floor(Math.random() * count);

for (const layout of ["key", "hash:4"]) {
    describe(`scans while others write, layout ${layout}`, () => {
        const server = suiteServer(["--layout", layout]);
        const ask = async (operation, body) => {
            const reply = await post(server.url, operation, { TableName: "things", ...body });
            assert.equal(reply.status, 200, reply.text);
            return reply.json;
        };
        // Now and then over what fits beside its key, so that values move between tables.
        const put = (pk, sk) => ask("PutItem", {
            Item: { pk: { S: pk }, sk: { N: String(sk) }, text: { S: "x".repeat(pick(10) === 0 ? 2000 : pick(100)) } },
        });
        const remove = (pk, sk) => ask("DeleteItem", { Key: { pk: { S: pk }, sk: { N: String(sk) } } });

        async function writeOnce() {
            const pk = `old${pick(KEYS)}`;
            const what = pick(4);
            if (what === 0) return put(pk, 2 * pick(ITEMS_PER_KEY));
            const visitor = 2 * pick(VISITORS_PER_KEY) + 1;
            const elsewhere = pick(3) === 0 ? `new${pick(NEW_KEYS)}` : pk;
            return what === 1 ? remove(elsewhere, visitor) : put(elsewhere, visitor);
        }

        async function scanSegment(segment, segments, seen) {
            let from;
            do {
                const page = await ask("Scan", {
                    Segment: segment, TotalSegments: segments, ExclusiveStartKey: from, ConsistentRead: pick(2) === 0,
                    Limit: LIMITS[pick(LIMITS.length)],
                });
                seen.push(...page.Items.map((item) => ({ name: nameOf(item), stays: isResident(item) })));
                from = page.LastEvaluatedKey;
            } while (from !== undefined);
        }

        async function scan(number) {
            const segments = SEGMENTS[number % SEGMENTS.length];
            const seen = [];
            await Promise.all(Array.from({ length: segments }, (_, i) => scanSegment(i, segments, seen)));
            const names = new Set(seen.map(({ name }) => name));
            assert.equal(seen.length - names.size, 0, `scan ${number} in ${segments} segments shows items twice`);
            const stayed = seen.filter(({ stays }) => stays).length;
            assert.equal(stayed, KEYS * ITEMS_PER_KEY, `scan ${number} in ${segments} segments`);
        }

        before(async () => {
            assert.equal((await post(server.url, "CreateTable", TABLE)).status, 200);
            for (let key = 0; key < KEYS; key++) {
                await Promise.all(Array.from({ length: ITEMS_PER_KEY }, (_, i) => put(`old${key}`, 2 * i)));
            }
        });

        test(`${SCANS} scans beside ${WRITERS} writers`, async () => {
            let done = 0;
            let writes = 0;
            const writer = async () => {
                for (; done < SCANS; writes++) await writeOnce();
            };
            let next = 0;
            const scanner = async () => {
                for (let number; (number = next++) < SCANS; done++) await scan(number);
            };
            const scanners = Promise.all(Array.from({ length: SCANNERS }, scanner));
            scanners.catch(() => (done = SCANS));
            await Promise.all([scanners, ...Array.from({ length: WRITERS }, writer)]);
            assert.equal(done, SCANS);
            assert.ok(writes > SCANS, `only ${writes} writes`);
        });
    });
}
