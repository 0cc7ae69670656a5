// The AWS SDK for JavaScript with its DocumentClient against the server at SHVM_ENDPOINT.
import assert from "node:assert/strict";
import {
    ConditionalCheckFailedException, CreateTableCommand, DeleteTableCommand, DynamoDBClient, ListTablesCommand,
    ResourceInUseException, ResourceNotFoundException, waitUntilTableExists, waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import {
    BatchGetCommand, BatchWriteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand, paginateQuery,
    paginateScan,
} from "@aws-sdk/lib-dynamodb";

const endpoint = process.env.SHVM_ENDPOINT;
const TableName = process.env.SHVM_TABLE;
const BIG = 45;

// A client that looks at the request id of every reply, whether it is an error or not.
const requestIds = new Set();
function clientOf(options) {
    const client = new DynamoDBClient({ endpoint, maxAttempts: 1, ...options });
    const checkReply = ({ requestId, attempts }) => {
        assert.equal(attempts, 1);
        assert.match(requestId, /^[0-9A-Z]{52}$/);
        assert.ok(!requestIds.has(requestId), "no other request has this id");
        requestIds.add(requestId);
    };
    client.middlewareStack.add((next) => async (args) => {
        try {
            const result = await next(args);
            checkReply(result.output.$metadata);
            return result;
        } catch (error) {
            if (error.$metadata !== undefined) checkReply(error.$metadata);
            throw error;
        }
    }, { step: "initialize", priority: "high" });
    return client;
}

const client = clientOf({});
const documents = DynamoDBDocumentClient.from(client);
const send = (command) => documents.send(command);
const table = {
    TableName,
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
    AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "N" },
    ],
    BillingMode: "PAY_PER_REQUEST",
};

async function items() {
    const Key = { pk: "a", sk: 1 };
    const item = { ...Key, number: 1.5, set: new Set(["x", "y"]), none: null, map: { list: [true, "grün"] } };
    await send(new PutCommand({ TableName, Item: item }));
    assert.deepEqual((await send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item, item);
    const update = (member) => send(new UpdateCommand({
        TableName,
        Key,
        UpdateExpression: "ADD #n :one",
        ConditionExpression: "contains(#s, :member)",
        ExpressionAttributeNames: { "#n": "number", "#s": "set" },
        ExpressionAttributeValues: { ":one": 1, ":member": member },
        ReturnValues: "UPDATED_NEW",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }));
    assert.deepEqual((await update("x")).Attributes, { number: 2.5 });
    await assert.rejects(update("z"), (error) => {
        assert.ok(error instanceof ConditionalCheckFailedException);
        assert.equal(error.message, "The conditional request failed");
        assert.equal(error.Item.number.N ?? error.Item.number, "2.5");
        return true;
    });
}

async function pages() {
    const numbers = Array.from({ length: 60 }, (_, sk) => sk);
    for (let at = 0; at < numbers.length; at += 25) {
        const puts = numbers.slice(at, at + 25).map((sk) => ({ PutRequest: { Item: { pk: "page", sk } } }));
        const { UnprocessedItems } = await send(new BatchWriteCommand({ RequestItems: { [TableName]: puts } }));
        assert.deepEqual(UnprocessedItems, {});
    }
    const found = [];
    const query = { TableName, KeyConditionExpression: "pk = :p", ExpressionAttributeValues: { ":p": "page" } };
    for await (const page of paginateQuery({ client: documents, pageSize: 7 }, query)) found.push(...page.Items);
    assert.deepEqual(found.map(({ sk }) => sk), numbers);
    let scanned = 0;
    for await (const page of paginateScan({ client: documents, pageSize: 7 }, { TableName })) scanned += page.Count;
    assert.equal(scanned, 61);
}

// More than one reply holds: what is left unprocessed is asked for again.
async function batches() {
    const keys = Array.from({ length: BIG }, (_, number) => ({ pk: `big${number}`, sk: 1 }));
    for (const key of keys) await send(new PutCommand({ TableName, Item: { ...key, text: "x".repeat(390_000) } }));
    const seen = new Set();
    let rounds = 0;
    for (let wanted = { [TableName]: { Keys: keys } }; Object.keys(wanted).length > 0; rounds++) {
        const reply = await send(new BatchGetCommand({ RequestItems: wanted }));
        for (const { pk } of reply.Responses[TableName]) seen.add(pk);
        wanted = reply.UnprocessedKeys;
    }
    assert.equal(seen.size, BIG);
    assert.ok(rounds > 1);
}

async function errors() {
    await assert.rejects(send(new CreateTableCommand(table)), ResourceInUseException);
    await assert.rejects(send(new GetCommand({ TableName: "nowhere", Key: { pk: "a" } })), ResourceNotFoundException);
    await assert.rejects(send(new GetCommand({ TableName, Key: { pk: "a" } })), {
        name: "ValidationException",
        message: "The provided key element does not match the schema",
    });
    const credentials = { accessKeyId: "nobody", secretAccessKey: "x" };
    const stranger = clientOf({ credentials });
    await assert.rejects(stranger.send(new ListTablesCommand({})), { name: "UnrecognizedClientException" });
}

await send(new CreateTableCommand(table));
await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });
await items();
await pages();
await batches();
await errors();
await send(new DeleteTableCommand({ TableName }));
await waitUntilTableNotExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });
assert.ok(requestIds.size > 60, `${requestIds.size} request ids`);
