// What DescribeTable knows of a table's size, and when: soon after the first write, then every five to ten seconds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Cluster } from "./cluster.mjs";

const TABLE = {
    TableName: "things",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" }, { AttributeName: "sk", AttributeType: "N" },
    ],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
};

test("partitions that are written to together report one after another", async () => {
    const cluster = new Cluster("hash:16");
    await cluster.request("CreateTable", TABLE);
    for (let i = 0; i < 200; i++) {
        const Item = { pk: { S: `key ${i}` }, sk: { N: "0" } };
        await cluster.request("PutItem", { TableName: "things", Item });
    }
    let reports = 0;
    cluster.onCall = ({ from, deliver }) => {
        if (from?.startsWith("v1/p/")) reports++;
        return deliver();
    };
    const counts = [];
    for (let i = 0; i < 12; i++) {
        const before = reports;
        await cluster.pass(100);
        counts.push(reports - before);
    }
    assert.equal(reports, 16);
    assert.ok(Math.max(...counts) <= 12, String(counts)); // each at a moment drawn from its name
    cluster.close();
});

for (const layout of ["key", "hash:1"]) {
    test(`a partition tells its size soon, then less often, layout ${layout}`, async () => {
        const cluster = new Cluster(layout);
        const put = (sk) => cluster.request("PutItem", {
            TableName: "things", Item: { pk: { S: "one" }, sk: { N: String(sk) } },
        });
        const partitionReports = async (milliseconds) => {
            let reports = 0;
            cluster.onCall = ({ from, deliver }) => {
                if (from?.startsWith("v1/p/")) reports++;
                return deliver();
            };
            await cluster.pass(milliseconds);
            return reports;
        };
        await cluster.request("CreateTable", TABLE);
        await put(1);
        assert.equal(await partitionReports(1000), 1);
        await put(2);
        assert.equal(await partitionReports(4000), 0);
        assert.equal(await partitionReports(6100), 1);
        cluster.crash();
        await put(3);
        assert.equal(await partitionReports(1000), 1);
        await cluster.pass(60_000);
        const { Table } = await cluster.request("DescribeTable", { TableName: "things" });
        assert.equal(Table.ItemCount, 3);
        cluster.close();
    });
}
