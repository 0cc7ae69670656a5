// What was acknowledged is there again after a stop, and after a kill -9.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateTableCommand, DescribeTableCommand, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { HASH_TABLE, startServer, temporaryFolder } from "./support.mjs";

const ITEMS = 40;

for (const way of ["stop", "kill"]) {
    test(`tables and items survive a ${way}`, async (context) => {
        const data = temporaryFolder(context);
        let server = await startServer(context, { data });
        const { TableDescription: made } = await server.client.send(new CreateTableCommand(HASH_TABLE));
        for (let round = 0; round < 2; round++) {
            for (let i = 0; i < ITEMS; i++) await server.client.send(putOf(`${round}-${i}`));
            await server[way]();
            server = await startServer(context, { data });
            const { Table: table } = await server.client.send(new DescribeTableCommand({ TableName: "keys" }));
            assert.equal(table.TableId, made.TableId);
            assert.equal(table.TableStatus, "ACTIVE");
            for (let i = 0; i < ITEMS; i++) {
                const { Item: found } = await server.client.send(getOf(`${round}-${i}`));
                assert.equal(found?.value.S, `value of ${round}-${i}`);
            }
        }
    });
}

function putOf(key) {
    return new PutItemCommand({ TableName: "keys", Item: { pk: { S: key }, value: { S: `value of ${key}` } } });
}

function getOf(key) {
    return new GetItemCommand({ TableName: "keys", Key: { pk: { S: key } } });
}
