// What DescribeTable knows of a table's size, and when: soon after the first write, then every five seconds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Cluster } from "./cluster.mjs";

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
        await cluster.request("CreateTable", {
            TableName: "things",
            BillingMode: "PAY_PER_REQUEST",
            AttributeDefinitions: [
                { AttributeName: "pk", AttributeType: "S" }, { AttributeName: "sk", AttributeType: "N" },
            ],
            KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
        });
        await put(1);
        assert.equal(await partitionReports(1000), 1);
        await put(2);
        assert.equal(await partitionReports(4000), 0);
        assert.equal(await partitionReports(2000), 1);
        cluster.crash();
        await put(3);
        assert.equal(await partitionReports(1000), 1);
        await cluster.pass(60_000);
        const { Table } = await cluster.request("DescribeTable", { TableName: "things" });
        assert.equal(Table.ItemCount, 3);
        cluster.close();
    });
}
