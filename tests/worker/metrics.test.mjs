// What an operator and a curious client can see: counters, the price of each operation, and the story of a request.
// The prices are pinned: docs/cost.md counts with them, and a change that makes a write dearer must change both.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { HASH_TABLE, TABLE, post, suiteServer } from "./support.mjs";

const COST = /^worker-requests=1, object-requests=(\d+), rows-read=(\d+), rows-written=(\d+)$/;

// Every sample of the metrics by its name and labels.
async function scrape(url) {
    const reply = await fetch(`${url}/_shvm/metrics`);
    assert.equal(reply.status, 200);
    const lines = (await reply.text()).trimEnd().split("\n");
    for (const line of lines) {
        assert.match(line, /^# (HELP|TYPE) shvm_\w+ .+$|^shvm_\w+(\{(\w+="[^"\\]*",?)+\})? [\d.e+-]+$/);
    }
    return new Map(lines.filter((line) => !line.startsWith("#")).map((line) => {
        const [, name, value] = /^(.*) (\S+)$/.exec(line);
        return [name, Number(value)];
    }));
}

for (const layout of ["key", "hash:4"]) {
    describe(`layout ${layout}`, () => {
        const server = suiteServer(["--layout", layout]);
        const ask = (operation, body, headers = {}) => post(server.url, operation, body, headers);
        const item = (pk, sk, text = "x") => ({ pk: { S: pk }, sk: { N: String(sk) }, text: { S: text } });
        const key = (pk, sk) => ({ pk: { S: pk }, sk: { N: String(sk) } });

        // [object requests, rows read, rows written]
        const costOf = async (operation, body) => {
            const reply = await ask(operation, { TableName: "things", ...body }, { "x-shvm-cost": "1" });
            assert.equal(reply.status, 200, reply.text);
            const [, ...numbers] = COST.exec(reply.headers.get("x-shvm-cost"));
            return numbers.map(Number);
        };

        async function createIndexed(name, kind, attributes) {
            const isLocal = kind === "LocalSecondaryIndexes";
            const schemaOf = (attribute) => isLocal
                ? [TABLE.KeySchema[0], { AttributeName: attribute, KeyType: "RANGE" }]
                : [{ AttributeName: attribute, KeyType: "HASH" }];
            const reply = await ask("CreateTable", {
                ...TABLE,
                TableName: name,
                AttributeDefinitions: [
                    ...TABLE.AttributeDefinitions,
                    ...attributes.map((attribute) => ({ AttributeName: attribute, AttributeType: "N" })),
                ],
                [kind]: attributes.map((attribute) => ({
                    IndexName: `by_${attribute}`, KeySchema: schemaOf(attribute),
                    Projection: { ProjectionType: "ALL" },
                })),
            });
            assert.equal(reply.status, 200, reply.text);
        }

        before(async () => {
            for (const table of [TABLE, HASH_TABLE]) assert.equal((await ask("CreateTable", table)).status, 200);
            for (const sk of [0, 1]) await ask("PutItem", { TableName: "things", Item: item("warm", sk) });
        });

        test("a write costs one object request and one row", async () => {
            assert.deepEqual(await costOf("PutItem", { Item: item("warm", 1, "other") }), [1, 0, 1]);
            assert.deepEqual(await costOf("PutItem", { Item: item("warm", 1, "other") }), [1, 0, 0], "nothing changed");
            assert.deepEqual(await costOf("PutItem", { Item: item("warm", 2) }), [1, 0, 1]);
            const update = { UpdateExpression: "SET n = :n", ExpressionAttributeValues: { ":n": { N: "1" } } };
            assert.deepEqual(await costOf("UpdateItem", { Key: key("warm", 1), ...update }), [1, 1, 1]);
            const condition = { ConditionExpression: "attribute_exists(pk)" };
            assert.deepEqual(await costOf("DeleteItem", { Key: key("warm", 2), ...condition }), [1, 2, 1]);
            assert.deepEqual(await costOf("DeleteItem", { Key: key("warm", 2) }), [1, 0, 0]);
        });

        test("the first write of a partition key pays for its database in layout key", async () => {
            const costs = [];
            for (let i = 0; i < 12; i++) costs.push(await costOf("PutItem", { Item: item(`new ${i}`, 1) }));
            // Some meet an object, or a shard of the directory, that is itself new.
            const [objects, , written] = costs.sort((a, b) => a[2] - b[2])[0];
            assert.deepEqual([objects, written], layout === "key" ? [2, 9] : [1, 1]);
        });

        test("an item over 900 bytes costs two rows when it is new, and one after that", async () => {
            const written = async (sk, text) => (await costOf("PutItem", { Item: item("warm", sk, text) }))[2];
            assert.equal(await written(3, "x".repeat(2000)), 3, "the object notes that it has a large item");
            assert.equal(await written(3, "y".repeat(2000)), 1);
            assert.equal(await written(4, "x".repeat(2000)), 2);
            assert.equal(await written(4, "small again"), 2);
            assert.equal(await written(4, "and small once more"), 1);
        });

        test("reads cost the rows they look at", async () => {
            assert.deepEqual(await costOf("GetItem", { Key: key("warm", 1) }), [1, 1, 0]);
            assert.deepEqual(await costOf("GetItem", { Key: key("warm", 99) }), [1, 0, 0]);
            const query = { KeyConditionExpression: "pk = :p", ExpressionAttributeValues: { ":p": { S: "warm" } } };
            const [objects, , written] = await costOf("Query", query);
            assert.deepEqual([objects, written], [1, 0]);
        });

        // The host of these tests lets replies wait for indexes, so that a request's price has their part in it.
        if (layout !== "key") {
            test("a page of a scan costs one object request, and one where it goes on in the next slot", async () => {
                const TableName = "scanned";
                assert.equal((await ask("CreateTable", { ...TABLE, TableName })).status, 200);
                const items = Array.from({ length: 400 }, (_, i) => item(`key ${i % 80}`, i));
                while (items.length > 0) {
                    const puts = items.splice(0, 25).map((Item) => ({ PutRequest: { Item } }));
                    const { json } = await ask("BatchWriteItem", { RequestItems: { [TableName]: puts } });
                    assert.deepEqual(json.UnprocessedItems, {});
                }
                const costs = [];
                for (let from, page = 0; page === 0 || from !== undefined; page++) {
                    const scan = { TableName, Limit: 20, ExclusiveStartKey: from };
                    const reply = await ask("Scan", scan, { "x-shvm-cost": "1" });
                    costs.push(Number(COST.exec(reply.headers.get("x-shvm-cost"))[1]));
                    from = reply.json.LastEvaluatedKey;
                }
                assert.ok(costs.length >= 20, `${costs.length} pages`);
                assert.equal(Math.max(...costs), 2, String(costs));
                assert.ok(costs.filter((cost) => cost === 2).length <= 4, String(costs));
            });
        }

        test("a write costs a row for each local entry that comes or goes", async () => {
            await createIndexed("locals", "LocalSecondaryIndexes", ["n", "m"]);
            const rowsOf = async (...request) => (await costOf(...request))[2];
            const put = (more) => rowsOf("PutItem", { TableName: "locals", Item: { ...item("warm", 1), ...more } });
            const n = (value) => ({ n: { N: String(value) } });
            const m = (value) => ({ m: { N: String(value) } });
            await put({});
            await put(n(0)); // makes the entries' table
            await put({});
            assert.equal(await put(n(1)), 2, "comes");
            assert.equal(await put({ ...n(1), text: { S: "other" } }), 1, "stays");
            assert.equal(await put(n(2)), 3, "moves");
            assert.equal(await put({ ...n(2), ...m(1) }), 2, "another comes");
            assert.equal(await put({ ...n(3), ...m(3) }), 5, "both move");
            assert.equal(await rowsOf("DeleteItem", { TableName: "locals", Key: key("warm", 1) }), 3, "both go");
        });

        test("a write costs a row of the log and one for each global entry that changes", async () => {
            await createIndexed("globals", "GlobalSecondaryIndexes", ["n", "m"]);
            const rowsOf = async (...request) => (await costOf(...request))[2];
            const put = (more) => rowsOf("PutItem", { TableName: "globals", Item: { ...item("warm", 1), ...more } });
            const n = (value) => ({ n: { N: String(value) } });
            const m = (value) => ({ m: { N: String(value) } });
            await put({}); // makes the objects that are used below, and their tables
            for (const value of [1, 2, 3]) await put({ ...n(value), ...m(value) });
            await put({});
            assert.equal(await put(n(1)), 3, "comes");
            assert.equal(await put(n(1)), 0, "nothing changes");
            assert.equal(await put({ ...n(1), text: { S: "other" } }), 3, "changes in place");
            assert.equal(await put(n(2)), 4, "moves");
            assert.equal(await put({ ...n(2), ...m(2) }), 4, "another comes, the first changes with its item");
            assert.equal(await put({ ...n(3), ...m(3) }), 6, "both move");
            assert.equal(await rowsOf("DeleteItem", { TableName: "globals", Key: key("warm", 1) }), 4, "both go");
        });

        test("who does not ask is not told", async () => {
            const reply = await ask("ListTables", {});
            assert.equal(reply.headers.get("x-shvm-cost"), null);
            assert.equal(reply.headers.get("x-shvm-explain"), null);
            const refused = await ask("GetItem", {}, { "x-shvm-cost": "1" });
            assert.match(refused.headers.get("x-shvm-cost"), COST);
            assert.ok(refused.crcHolds);
        });

        test("a request tells its story", async () => {
            const put = { TableName: "things", Item: item("warm", 4) };
            const reply = await ask("PutItem", put, { "x-shvm-explain": "1" });
            const steps = JSON.parse(reply.headers.get("x-shvm-explain"));
            assert.deepEqual(steps.map(({ step }) => step), ["gateway start", "partition start"]);
            const [, partition] = steps;
            const name = layout === "key" ? /^v1\/p\/.*\/k\/[0-9a-f]{64}\/0$/ : /^v1\/p\/.*\/h4\/\d\/0$/;
            assert.match(partition.object, name);
            assert.equal(partition.verdict, "commit");
            assert.equal(partition.rowsWritten, 1);
            assert.ok(partition.sql.some((text) => text.startsWith("INSERT INTO items")), partition.sql.join("; "));
            assert.ok(partition.bytes > 0 && partition.microseconds >= 0);
        });

        test("metrics agree with what clients counted", async () => {
            const earlier = await scrape(server.url);
            const PUTS = 280;
            const grown = async (name) => ((await scrape(server.url)).get(name) ?? 0) - (earlier.get(name) ?? 0);
            for (let sk = 0; sk < PUTS; sk++) {
                assert.equal((await ask("PutItem", { TableName: "things", Item: item("many", sk) })).status, 200);
            }
            await ask("GetItem", { TableName: "nowhere", Key: key("a", 1) });
            await ask("GetItem", { TableName: "things", Key: {} });
            assert.equal(await grown('shvm_requests_total{operation="PutItem",status="200"}'), PUTS);
            assert.equal(await grown('shvm_requests_total{operation="GetItem",status="400"}'), 2);
            assert.equal(await grown('shvm_errors_total{exception="ResourceNotFoundException"}'), 1);
            assert.equal(await grown('shvm_errors_total{exception="ValidationException"}'), 1);
            assert.equal(await grown("shvm_request_seconds_count"), PUTS + 2);
            const { TableId } = (await ask("DescribeTable", { TableName: "things" })).json.Table;
            const written = await grown(`shvm_table_rows_written_total{table="${TableId}"}`);
            assert.ok(written >= PUTS && written < PUTS + 12, `${written} rows`); // and those that made the object
            assert.ok(await grown('shvm_bytes_written_total{role="partition"}') > PUTS * 10);
            assert.ok(await grown("shvm_durable_seconds_count") >= 2);
            assert.equal((await scrape(server.url)).get("shvm_requests_running"), 0);
            assert.equal((await scrape(server.url)).get("shvm_request_body_bytes_held"), 0);
        });
    });
}

describe("where keys are checked", () => {
    const server = suiteServer(["--auth", "none"]);

    test("metrics take a token, and without one nobody sees them", async () => {
        for (const headers of [{}, { authorization: "Bearer " }, { authorization: "Bearer x" }]) {
            assert.equal((await fetch(`${server.url}/_shvm/metrics`, { headers })).status, 403);
        }
    });

    test("stories are not told", async () => {
        const reply = await post(server.url, "ListTables", {}, { "x-shvm-explain": "1" });
        assert.equal(reply.headers.get("x-shvm-explain"), null);
    });
});
