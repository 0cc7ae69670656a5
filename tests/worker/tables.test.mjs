// The life of tables, through the AWS SDK.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
    CreateTableCommand, DeleteTableCommand, DescribeTableCommand, GetItemCommand, ListTablesCommand, PutItemCommand,
    ResourceInUseException, ResourceNotFoundException,
} from "@aws-sdk/client-dynamodb";
import { HASH_TABLE, TABLE, eventually, suiteServer } from "./support.mjs";

describe("tables", () => {
    const server = suiteServer();
    const send = (command) => server.client.send(command);

    const isGone = (name) => eventually(
        () => send(new DescribeTableCommand({ TableName: name })).catch((error) => error),
        (answer) => answer instanceof ResourceNotFoundException,
    );
    const isActive = (name) => eventually(
        () => send(new DescribeTableCommand({ TableName: name })),
        ({ Table }) => Table.TableStatus === "ACTIVE",
    );

    test("a created table is described as it was asked for", async () => {
        const { TableDescription: made } = await send(new CreateTableCommand(TABLE));
        assert.equal(made.TableName, "things");
        assert.match(made.TableId, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
        assert.match(made.TableArn, /^arn:aws:dynamodb:.*:table\/things$/);
        const { Table: table } = await isActive("things");
        assert.deepEqual(table.KeySchema, TABLE.KeySchema);
        assert.deepEqual(sortByName(table.AttributeDefinitions), TABLE.AttributeDefinitions);
        assert.equal(table.BillingModeSummary.BillingMode, "PAY_PER_REQUEST");
        assert.equal(table.ItemCount, 0);
        assert.equal(table.TableId, made.TableId);
        assert.ok(Math.abs(table.CreationDateTime - Date.now()) < 60_000);
    });

    test("a name is taken until its table is deleted", async () => {
        const create = () => send(new CreateTableCommand({ ...HASH_TABLE, TableName: "taken" }));
        const { TableDescription: first } = await create();
        await isActive("taken");
        await assert.rejects(create(), (error) => {
            assert.ok(error instanceof ResourceInUseException);
            assert.equal(error.message, "Table already exists: taken");
            return true;
        });
        const { TableDescription: deleted } = await send(new DeleteTableCommand({ TableName: "taken" }));
        assert.equal(deleted.TableStatus, "DELETING");
        assert.equal(deleted.KeySchema, undefined);
        await isGone("taken");
        const { TableDescription: second } = await create();
        assert.notEqual(second.TableId, first.TableId);
    });

    test("a recreated table does not have the old one's items", async () => {
        const definition = { ...HASH_TABLE, TableName: "again" };
        const key = { pk: { S: "a" } };
        await send(new CreateTableCommand(definition));
        await isActive("again");
        await send(new PutItemCommand({ TableName: "again", Item: key }));
        await send(new DeleteTableCommand({ TableName: "again" }));
        await isGone("again");
        const get = () => send(new GetItemCommand({ TableName: "again", Key: key }));
        await assert.rejects(get(), ResourceNotFoundException);
        await send(new CreateTableCommand(definition));
        await isActive("again");
        assert.equal((await get()).Item, undefined);
    });

    test("index definitions are stored and described", async () => {
        const projection = { ProjectionType: "INCLUDE", NonKeyAttributes: ["x", "y"] };
        await send(new CreateTableCommand({
            ...TABLE,
            TableName: "indexed",
            AttributeDefinitions: [...TABLE.AttributeDefinitions, { AttributeName: "other", AttributeType: "B" }],
            LocalSecondaryIndexes: [{
                IndexName: "local",
                KeySchema: [
                    { AttributeName: "pk", KeyType: "HASH" },
                    { AttributeName: "other", KeyType: "RANGE" },
                ],
                Projection: { ProjectionType: "KEYS_ONLY" },
            }],
            GlobalSecondaryIndexes: [{
                IndexName: "global",
                KeySchema: [{ AttributeName: "other", KeyType: "HASH" }],
                Projection: projection,
            }],
        }));
        const { Table: table } = await isActive("indexed");
        const [local] = table.LocalSecondaryIndexes;
        const [global] = table.GlobalSecondaryIndexes;
        assert.equal(local.IndexName, "local");
        assert.deepEqual(local.Projection, { ProjectionType: "KEYS_ONLY" });
        assert.match(local.IndexArn, /:table\/indexed\/index\/local$/);
        assert.deepEqual(global.KeySchema, [{ AttributeName: "other", KeyType: "HASH" }]);
        assert.deepEqual(global.Projection, projection);
        assert.equal(global.IndexStatus, "ACTIVE");
    });

    test("tables are listed by name, page by page", async () => {
        const names = ["list-1", "list-2", "list-3"];
        for (const TableName of names) await send(new CreateTableCommand({ ...HASH_TABLE, TableName }));
        const found = [];
        let start = "list-";
        do {
            const page = await send(new ListTablesCommand({ Limit: 2, ExclusiveStartTableName: start }));
            assert.ok(page.TableNames.length <= 2);
            found.push(...page.TableNames);
            start = page.LastEvaluatedTableName;
        } while (start !== undefined);
        assert.deepEqual(found.filter((name) => name.startsWith("list-")), names);
        assert.deepEqual(found, [...found].sort());
    });

    test("a table that is not there is not found", async () => {
        const commands = [DescribeTableCommand, DeleteTableCommand];
        for (const Command of commands) {
            await assert.rejects(send(new Command({ TableName: "nowhere" })), (error) => {
                assert.ok(error instanceof ResourceNotFoundException);
                assert.equal(error.message, "Requested resource not found: Table: nowhere not found");
                return true;
            });
        }
        const get = new GetItemCommand({ TableName: "nowhere", Key: { pk: { S: "a" } } });
        await assert.rejects(send(get), { name: "ResourceNotFoundException", message: "Requested resource not found" });
    });
});

function sortByName(definitions) {
    return [...definitions].sort((a, b) => (a.AttributeName < b.AttributeName ? -1 : 1));
}
