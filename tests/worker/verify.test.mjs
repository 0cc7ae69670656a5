// `npm run verify` against a server that tells it of indexes with faults, which none of ours should have.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, test } from "node:test";

const TABLE = {
    TableName: "faulty",
    TableStatus: "ACTIVE",
    AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "g", AttributeType: "N" },
        { AttributeName: "l", AttributeType: "B" },
    ],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    LocalSecondaryIndexes: [{
        IndexName: "local",
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "l", KeyType: "RANGE" }],
        Projection: { ProjectionType: "KEYS_ONLY" },
    }],
    GlobalSecondaryIndexes: [
        {
            IndexName: "global",
            IndexStatus: "ACTIVE",
            KeySchema: [{ AttributeName: "g", KeyType: "HASH" }],
            Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["tags"] },
        },
        {
            IndexName: "unborn",
            IndexStatus: "CREATING",
            KeySchema: [{ AttributeName: "g", KeyType: "HASH" }],
            Projection: { ProjectionType: "ALL" },
        },
    ],
};
const ITEMS = [
    { pk: { S: "a" }, g: { N: "1" }, tags: { SS: ["x", "y"] }, other: { S: "-" } },
    { pk: { S: "b" }, g: { S: "1" }, l: { B: "AA==" } }, // g has another type: not in the index
    { pk: { S: "c" }, g: { N: "2" }, l: { B: "" } }, // l is empty: not in the index
    { pk: { S: "d" }, g: { N: "3" }, l: { B: "A".repeat(2000) } }, // l has more than 1,024 bytes
];
const RIGHT = {
    global: [
        { pk: { S: "a" }, g: { N: "1" }, tags: { SS: ["y", "x"] } },
        { pk: { S: "c" }, g: { N: "2" } },
        { pk: { S: "d" }, g: { N: "3" } },
    ],
    local: [{ pk: { S: "b" }, l: { B: "AA==" } }],
};

async function run(test, entries) {
    const server = createServer(async (request, response) => {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const { IndexName, Segment } = JSON.parse(Buffer.concat(chunks));
        const isDescription = request.headers["x-amz-target"].endsWith("DescribeTable");
        const items = Segment > 0 ? [] : IndexName === undefined ? ITEMS : entries[IndexName];
        response.setHeader("content-type", "application/x-amz-json-1.0");
        response.end(JSON.stringify(isDescription ? { Table: TABLE } : { Items: items }));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    test.after(() => server.close());
    const endpoint = `http://127.0.0.1:${server.address().port}`;
    const child = spawn(process.execPath, ["local/transfer/verify.mjs", "faulty", "--endpoint", endpoint], {
        stdio: ["ignore", "pipe", "inherit"],
    });
    let lines = "";
    child.stdout.on("data", (chunk) => (lines += chunk));
    const [code] = await once(child, "close");
    return { code, lines: lines.trim().split("\n") };
}

describe("verify", () => {
    test("finds no difference where there is none", async (t) => {
        assert.deepEqual(await run(t, RIGHT), { code: 0, lines: ["no difference"] });
    });

    test("finds every kind of difference", async (t) => {
        const [a, c, d] = RIGHT.global;
        const found = await run(t, {
            global: [c, c, { ...a, tags: { SS: ["x"] } }, { pk: { S: "z" }, g: { N: "9" } }],
            local: [{ ...RIGHT.local[0], other: { S: "-" } }, { pk: { S: "c" }, l: { B: "" } }],
        });
        assert.equal(found.code, 1);
        assert.deepEqual(found.lines, [
            'local has another version of {"pk":{"S":"b"}}',
            'local should not have {"pk":{"S":"c"}}',
            'global has twice {"pk":{"S":"c"}}',
            'global has another version of {"pk":{"S":"a"}}',
            'global should not have {"pk":{"S":"z"}}',
            `global lacks {"pk":{"S":"${d.pk.S}"}}`,
            "6 differences",
        ]);
    });
});
