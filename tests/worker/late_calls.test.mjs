// Calls between objects that run when nobody waits for them any more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Role } from "../../worker/envelope.js";
import { Cluster, FAILED } from "./cluster.mjs";

const CONTROL_TABLE_DELETE = 3; // c_src/msg/control.h
const CONTROL_TABLE_UPDATE = 4;
const PURGE_MS = 60_000;
const NAME = { TableName: "Music" };
const RESOURCE = { ResourceArn: "arn:aws:dynamodb:ddblocal:000000000000:table/Music" };
const TABLE = {
    ...NAME,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }, { AttributeName: "n", AttributeType: "N" }],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    GlobalSecondaryIndexes: [{
        IndexName: "by_n",
        KeySchema: [{ AttributeName: "n", KeyType: "HASH" }],
        Projection: { ProjectionType: "ALL" },
    }],
    Tags: [{ Key: "kept", Value: "yes" }],
};
const LATE_CALLS = [
    { operation: "DeleteTable", kind: CONTROL_TABLE_DELETE, request: NAME },
    {
        operation: "UpdateTable",
        kind: CONTROL_TABLE_UPDATE,
        request: { ...NAME, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "by_n" } }] },
    },
    {
        operation: "UpdateTimeToLive",
        kind: CONTROL_TABLE_UPDATE,
        request: { ...NAME, TimeToLiveSpecification: { Enabled: true, AttributeName: "n" } },
    },
    {
        operation: "TagResource",
        kind: CONTROL_TABLE_UPDATE,
        request: { ...RESOURCE, Tags: [{ Key: "late", Value: "yes" }] },
    },
    { operation: "UntagResource", kind: CONTROL_TABLE_UPDATE, request: { ...RESOURCE, TagKeys: ["kept"] } },
];

// What a late call could have changed.
async function lookAt(cluster) {
    const { Table } = await cluster.request("DescribeTable", NAME);
    const { TimeToLiveDescription } = await cluster.request("DescribeTimeToLive", NAME);
    const { Tags } = await cluster.request("ListTagsOfResource", RESOURCE);
    return { Table, TimeToLiveDescription, Tags };
}

// Asks for it; its call to the table object fails, and comes when it is called for: returns that.
async function askInVain(cluster, { operation, kind, request }) {
    const late = [];
    cluster.onCall = async ({ role, message, deliver }) => {
        if (role !== Role.TABLE || message[1] !== kind) return deliver();
        late.push(deliver);
        return FAILED;
    };
    await assert.rejects(cluster.request(operation, request), /InternalServerError/);
    cluster.onCall = ({ deliver }) => deliver();
    assert.equal(late.length, 1);
    return late[0];
}

for (const layout of ["key", "hash:4"]) {
    for (const call of LATE_CALLS) {
        test(`layout ${layout}: a late ${call.operation} reaches its own table`, async () => {
            const cluster = new Cluster(layout);
            try {
                await cluster.request("CreateTable", TABLE);
                const before = await lookAt(cluster);
                const arrive = await askInVain(cluster, call);
                assert.deepEqual(await lookAt(cluster), before);
                await arrive();
                await assert.rejects(async () => assert.deepEqual(await lookAt(cluster), before));
            } finally {
                cluster.close();
            }
        });

        test(`layout ${layout}: a late ${call.operation} spares the next table of its name`, async () => {
            const cluster = new Cluster(layout);
            try {
                await cluster.request("CreateTable", TABLE);
                const arrive = await askInVain(cluster, call);
                await cluster.request("DeleteTable", NAME);
                await cluster.pass(PURGE_MS);
                await assert.rejects(cluster.request("DescribeTable", NAME), /ResourceNotFoundException/);
                await cluster.request("CreateTable", TABLE);
                const item = { pk: { S: "kept" }, n: { N: "1" } };
                await cluster.request("PutItem", { ...NAME, Item: item });
                await cluster.pass(PURGE_MS);
                const before = await lookAt(cluster);
                await arrive();
                await cluster.pass(PURGE_MS);
                assert.deepEqual(await lookAt(cluster), before);
                const get = { ...NAME, Key: { pk: item.pk }, ConsistentRead: true };
                assert.deepEqual((await cluster.request("GetItem", get)).Item, item);
            } finally {
                cluster.close();
            }
        });
    }
}
