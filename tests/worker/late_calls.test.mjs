// Calls between objects that run when nobody waits for them any more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Role } from "../../worker/envelope.js";
import { Cluster, FAILED } from "./cluster.mjs";

const CONTROL_TABLE_DELETE = 3; // c_src/msg/control.h
const PURGE_MS = 60_000;
const NAME = { TableName: "Music" };

for (const layout of ["key", "hash:4"]) {
    test(`layout ${layout}: a deletion that comes late spares the next table of its name`, async () => {
        const cluster = new Cluster(layout);
        const late = [];
        const create = () => cluster.request("CreateTable", {
            ...NAME,
            BillingMode: "PAY_PER_REQUEST",
            AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
            KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
        });
        const status = async () => (await cluster.request("DescribeTable", NAME)).Table.TableStatus;
        try {
            await create();
            cluster.onCall = async ({ role, message, deliver }) => {
                if (role !== Role.TABLE || message[1] !== CONTROL_TABLE_DELETE) return deliver();
                late.push(deliver);
                return FAILED;
            };
            await assert.rejects(cluster.request("DeleteTable", NAME), /InternalServerError/);
            cluster.onCall = ({ deliver }) => deliver();
            await cluster.request("DeleteTable", NAME);
            await cluster.pass(PURGE_MS);
            await assert.rejects(status(), /ResourceNotFoundException/);
            await create();
            const item = { pk: { S: "kept" } };
            await cluster.request("PutItem", { ...NAME, Item: item });
            assert.equal(late.length, 1);
            await late[0]();
            await cluster.pass(PURGE_MS);
            assert.equal(await status(), "ACTIVE");
            const { Item } = await cluster.request("GetItem", { ...NAME, Key: item, ConsistentRead: true });
            assert.deepEqual(Item, item);
        } finally {
            cluster.close();
        }
    });
}
