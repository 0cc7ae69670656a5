// How entries of global indexes get to their objects when calls fail, are lost, or come late: every call between
// objects is in the hands of the test.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Cluster, FAILED } from "./cluster.mjs";

const IS_INDEX_OBJECT = /^v1\/p\/[^/]+\.\d+\//;

const FREE_PLAN_CALLS = 50;
const MANY_INDEXES = 12;
const BATCH_ITEMS = 25;
const DESCRIPTOR_TRUSTED_MS = 5000;
const MINUTE = 60_000;

const index = (name) => ({
    IndexName: `by_${name}`,
    KeySchema: [{ AttributeName: name, KeyType: "HASH" }],
    Projection: { ProjectionType: "ALL" },
});

for (const layout of ["key", "hash:4"]) {
    describe(`index delivery in layout ${layout}`, () => {
        let cluster;
        const put = (pk, more) => cluster.request("PutItem", { TableName: "things", Item: { pk: { S: pk }, ...more } });
        const remove = (pk) => cluster.request("DeleteItem", { TableName: "things", Key: { pk: { S: pk } } });
        const group = (g) => ({ g: { S: g } });

        const entries = async (name = "g", table = "things") => {
            const found = [];
            let ExclusiveStartKey;
            do {
                const request = { TableName: table, IndexName: `by_${name}`, ExclusiveStartKey };
                const page = await cluster.request("Scan", request);
                found.push(...page.Items.map((item) => `${item.pk.S} ${item[name].S}`));
                ExclusiveStartKey = page.LastEvaluatedKey;
            } while (ExclusiveStartKey !== undefined);
            return found.sort();
        };

        beforeEach(async () => {
            cluster = new Cluster(layout);
            await createTable(["g"]);
        });
        afterEach(() => cluster.close());

        async function createTable(attributes, name = "things", keys = ["pk"]) {
            await cluster.request("CreateTable", {
                TableName: name,
                BillingMode: "PAY_PER_REQUEST",
                AttributeDefinitions: [...keys, ...attributes].map((name) => ({
                    AttributeName: name, AttributeType: "S",
                })),
                KeySchema: keys.map((key, i) => ({ AttributeName: key, KeyType: ["HASH", "RANGE"][i] })),
                GlobalSecondaryIndexes: attributes.map(index),
            });
        }

        test("what failed is shipped again by alarm", async () => {
            let failures = 0;
            cluster.onCall = async ({ name, deliver }) => {
                if (!IS_INDEX_OBJECT.test(name)) return deliver();
                failures++;
                return FAILED;
            };
            await put("a", group("one"));
            await put("b", group("one"));
            await put("b", group("two"));
            await cluster.settle();
            assert.ok(failures > 0);
            cluster.onCall = ({ deliver }) => deliver();
            assert.deepEqual(await entries(), []);
            await cluster.pass(10_000);
            assert.deepEqual(await entries(), ["a one", "b two"]);
        });

        test("changes that come while a shipment is under way travel together, a moment after it", async () => {
            const shipments = [];
            const waits = [];
            cluster.onCall = ({ name, deliver }) => {
                if (IS_INDEX_OBJECT.test(name)) shipments.push(name);
                return deliver();
            };
            cluster.onWait = (milliseconds) => new Promise((resolve) => waits.push({ milliseconds, resolve }));
            await put("a", group("one"));
            await put("a", { ...group("one"), n: { N: "2" } });
            await put("a", { ...group("one"), n: { N: "3" } });
            assert.equal(shipments.length, 1);
            assert.equal(waits.length, 1);
            assert.ok(waits[0].milliseconds > 0 && waits[0].milliseconds < 50);
            cluster.onWait = () => Promise.resolve();
            waits[0].resolve();
            await cluster.settle();
            assert.equal(shipments.length, 2, "two changes of one entry");
            const { Items } = await cluster.request("Scan", { TableName: "things", IndexName: "by_g" });
            assert.deepEqual(Items.map(({ n }) => n.N), ["3"]);
        });

        test("what was on its way when an object lost its memory is shipped again", async () => {
            cluster.onCall = ({ name, deliver }) => IS_INDEX_OBJECT.test(name) ? new Promise(() => {}) : deliver();
            await put("a", group("one"));
            cluster.onCall = ({ deliver }) => deliver();
            cluster.crash();
            await cluster.pass(10_000);
            assert.deepEqual(await entries(), ["a one"]);
        });

        const indexRows = () => cluster.rows(IS_INDEX_OBJECT, "SELECT value FROM items").length;

        test("a mark is swept once nothing older can come", async () => {
            await put("a", group("one"));
            await remove("a");
            await cluster.pass(MINUTE);
            assert.equal(indexRows(), 1);
            const calls = [];
            cluster.onCall = ({ role, name, deliver }) => (calls.push(`${role} ${name}`), deliver());
            await cluster.pass(2 * MINUTE);
            assert.equal(indexRows(), 0);
            assert.deepEqual(calls, [], "nobody was asked about it");
        });

        test("what was under way for long does not bring back an item whose mark is gone", async () => {
            const late = [];
            cluster.onCall = async ({ name, deliver }) => {
                if (!IS_INDEX_OBJECT.test(name)) return deliver();
                late.push(deliver);
                return FAILED;
            };
            await put("a", group("one"));
            await cluster.settle();
            assert.equal(late.length, 1);
            cluster.onCall = ({ deliver }) => deliver();
            await cluster.pass(MINUTE);
            assert.deepEqual(await entries(), ["a one"]);
            await remove("a");
            await cluster.pass(5 * MINUTE);
            assert.equal(indexRows(), 0);
            await late[0]();
            assert.deepEqual(await entries(), []);
        });

        test("a mark stays for as long as its source has something older to send", async () => {
            cluster.waitForIndexes = true;
            let asked = 0;
            const failing = async ({ name, from, deliver }) => {
                if (from !== null && IS_INDEX_OBJECT.test(from)) asked++;
                return IS_INDEX_OBJECT.test(name) ? FAILED : deliver();
            };
            cluster.onCall = failing;
            await put("a", group("one"));
            await cluster.settle();
            cluster.onCall = ({ deliver }) => deliver();
            await remove("a"); // overtakes
            cluster.onCall = failing;
            await cluster.pass(10 * MINUTE);
            cluster.crash();
            await cluster.pass(10 * MINUTE);
            assert.ok(asked > 0);
            assert.equal(indexRows(), 1);
            cluster.onCall = ({ deliver }) => deliver();
            await cluster.pass(MINUTE);
            cluster.crash();
            await cluster.pass(5 * MINUTE);
            assert.deepEqual(await entries(), []);
            assert.equal(indexRows(), 0);
        });

        async function putMany(names) {
            await createTable(names, "many", ["all", "pk"]);
            const batch = Array.from({ length: BATCH_ITEMS }, (_, i) => {
                const groups = names.map((name) => [name, { S: `${name} of ${i}` }]);
                const key = { all: { S: "one" }, pk: { S: `item ${i}` } };
                return { PutRequest: { Item: { ...key, ...Object.fromEntries(groups) } } };
            });
            const reply = await cluster.request("BatchWriteItem", { RequestItems: { many: batch } });
            assert.deepEqual(reply.UnprocessedItems, {});
        }

        async function assertMany(names) {
            for (const name of names) {
                const expected = Array.from({ length: BATCH_ITEMS }, (_, i) => `item ${i} ${name} of ${i}`);
                assert.deepEqual(await entries(name, "many"), expected.sort());
            }
            assert.ok(cluster.callsMax <= FREE_PLAN_CALLS, `${cluster.callsMax} calls`);
        }

        const manyNames = Array.from({ length: MANY_INDEXES }, (_, i) => `g${i}`);

        test("entries for more objects than an invocation may call go out in parts", async () => {
            await putMany(manyNames);
            await cluster.pass(1000);
            await assertMany(manyNames);
        });

        test("a part that arrives when an index is gone does not count for the parts of the others", async () => {
            let release;
            const held = new Promise((resolve) => { release = resolve; });
            cluster.onCall = async ({ name, deliver }) => {
                const answer = await deliver();
                if (IS_INDEX_OBJECT.test(name)) await held;
                return answer;
            };
            await putMany(manyNames);
            cluster.onCall = ({ deliver }) => deliver();
            const change = [{ Delete: { IndexName: "by_g0" } }];
            await cluster.request("UpdateTable", { TableName: "many", GlobalSecondaryIndexUpdates: change });
            cluster.now += DESCRIPTOR_TRUSTED_MS;
            const other = { all: { S: "one" }, pk: { S: "other" } };
            await cluster.request("PutItem", { TableName: "many", Item: other }); // tells the partition
            release();
            await cluster.pass(10_000);
            await assertMany(manyNames.slice(1));
        });
    });
}
