// worker/shapes.js: optimized code outlives collections. V8 itself tells what it throws away.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { V8_FLAGS } from "../../local/host.mjs";
import { TABLE, post, startServer } from "./support.mjs";

const REQUESTS = 6000;
const AT_ONCE = 16;
const THROWN_AWAY_MAX = 20; // without shapes.js some two hundred
const TRACED = /deoptimization, reason: embedded weak objects cleared/g;

process.env.MINIFLARE_WORKERD_V8_FLAGS = `${V8_FLAGS} --trace-deopt`;

test("under load no code is thrown away because the objects it knew have died", async (context) => {
    const { client, url, output } = await startServer(context);
    await client.send(new CreateTableCommand(TABLE));
    const thrownAway = () => output().match(TRACED)?.length ?? 0;
    await load(url);
    const before = thrownAway();
    await load(url);
    const count = thrownAway() - before;
    assert.ok(count <= THROWN_AWAY_MAX, `${count} functions were thrown away`);
});

// Items written and read, so many requests in all.
async function load(url) {
    let left = REQUESTS / 2;
    const client = async () => {
        while (left-- > 0) {
            const Key = { pk: { S: `p${left % 8}` }, sk: { N: String(left % 100) } };
            const Item = { ...Key, data: { S: String(Math.random()) } };
            assert.equal((await post(url, "PutItem", { TableName: "things", Item })).status, 200);
            assert.equal((await post(url, "GetItem", { TableName: "things", Key })).json.Item.data.S, Item.data.S);
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, client));
}
