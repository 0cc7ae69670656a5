// Items in and out, through the AWS SDK: what is stored comes back as DynamoDB would give it.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { CreateTableCommand, DeleteItemCommand, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { TABLE, post, suiteServer } from "./support.mjs";

const INVALID = "One or more parameter values were invalid: ";

describe("items", () => {
    const server = suiteServer();
    let sort = 0;
    const newKey = () => ({ pk: { S: "items" }, sk: { N: String(++sort) } });
    const send = (command) => server.client.send(command);
    const put = (Item, more = {}) => send(new PutItemCommand({ TableName: "things", Item, ...more }));
    const get = (Key, more = {}) => send(new GetItemCommand({ TableName: "things", Key, ...more }));
    const remove = (Key, more = {}) => send(new DeleteItemCommand({ TableName: "things", Key, ...more }));

    before(() => send(new CreateTableCommand(TABLE)));

    test("every type of attribute comes back", async () => {
        const key = newKey();
        const item = {
            ...key,
            string: { S: "grün \u0000 \u{1F600}" },
            empty: { S: "" },
            number: { N: "-12.5" },
            binary: { B: Uint8Array.from([0, 1, 255]) },
            emptyBinary: { B: new Uint8Array(0) },
            yes: { BOOL: true },
            no: { BOOL: false },
            nothing: { NULL: true },
            strings: { SS: ["a", "b"] },
            numbers: { NS: ["-1", "2", "10"] },
            binaries: { BS: [Uint8Array.from([1]), Uint8Array.from([2, 3])] },
            list: { L: [{ S: "x" }, { L: [] }, { N: "1" }] },
            map: { M: { inner: { M: { deep: { BOOL: true } } }, none: { M: {} } } },
        };
        await put(item);
        const { Item: found } = await get(key);
        assert.deepEqual(plain(found), plain(item));
    });

    test("numbers are canonical and exact", async () => {
        const spellings = {
            "+3": "3", "007": "7", "1.10": "1.1", "1e3": "1000", "-0": "0", "1.5E2": "150",
            "12345678901234567890123456789012345678": "12345678901234567890123456789012345678",
            "1e125": `1${"0".repeat(125)}`, "1e-130": `0.${"0".repeat(129)}1`,
        };
        const key = newKey();
        const list = Object.keys(spellings).map((N) => ({ N }));
        await put({ ...key, list: { L: list } });
        const { Item: found } = await get(key);
        assert.deepEqual(found.list.L.map(({ N }) => N), Object.values(spellings));
        const same = { pk: key.pk, sk: { N: `${key.sk.N}.0` } };
        assert.ok((await get(same)).Item, "a key is its value, not its spelling");
    });

    test("a put replaces the whole item and can return the old one", async () => {
        const key = newKey();
        const first = await put({ ...key, a: { S: "1" } }, { ReturnValues: "ALL_OLD" });
        assert.equal(first.Attributes, undefined);
        const second = await put({ ...key, b: { S: "2" } }, { ReturnValues: "ALL_OLD" });
        assert.deepEqual(second.Attributes, { ...key, a: { S: "1" } });
        assert.deepEqual((await get(key)).Item, { ...key, b: { S: "2" } });
    });

    test("a delete can return what it deleted; deleting nothing is fine", async () => {
        const key = newKey();
        await put({ ...key, a: { S: "1" } });
        const first = await remove(key, { ReturnValues: "ALL_OLD" });
        assert.deepEqual(first.Attributes, { ...key, a: { S: "1" } });
        assert.equal((await get(key, { ConsistentRead: true })).Item, undefined);
        assert.equal((await remove(key, { ReturnValues: "ALL_OLD" })).Attributes, undefined);
    });

    test("capacity is what DynamoDB charges", async () => {
        const key = newKey();
        const total = { ReturnConsumedCapacity: "TOTAL" };
        const large = { ...key, text: { S: "x".repeat(4200) } };
        assert.equal((await put(large, total)).ConsumedCapacity.CapacityUnits, 5);
        assert.equal((await get(key, total)).ConsumedCapacity.CapacityUnits, 1);
        assert.equal((await get(key, { ...total, ConsistentRead: true })).ConsumedCapacity.CapacityUnits, 2);
        assert.equal((await put(key, total)).ConsumedCapacity.CapacityUnits, 5, "the larger of old and new");
        assert.equal((await remove(key, total)).ConsumedCapacity.CapacityUnits, 1);
        assert.equal((await get(key, total)).ConsumedCapacity.CapacityUnits, 0.5);
    });

    test("an item of 400 KB is stored, one byte more is not", async () => {
        const key = newKey();
        const used = "pk".length + "items".length + "sk".length + 1 + Math.ceil(key.sk.N.length / 2) + "x".length;
        const item = (size) => ({ ...key, x: { S: "y".repeat(size - used) } });
        await put(item(409_600));
        assert.equal((await get(key)).Item.x.S.length, 409_600 - used);
        await assert.rejects(put(item(409_601)), { message: "Item size has exceeded the maximum allowed size" });
        assert.equal((await get(key)).Item.x.S.length, 409_600 - used);
    });

    test("keys are checked", async () => {
        const cases = [
            [{ pk: { S: "a" } }, `${INVALID}Missing the key sk in the item`],
            [{ pk: { S: "a" }, sk: { S: "1" } }, `${INVALID}Type mismatch for key sk expected: N actual: S`],
            [
                { pk: { S: "" }, sk: { N: "1" } },
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot " +
                    "contain an empty string value. Key: pk",
            ],
            [
                { pk: { S: "k".repeat(2049) }, sk: { N: "1" } },
                `${INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes`,
            ],
        ];
        for (const [item, message] of cases) {
            await assert.rejects(put(item), { name: "ValidationException", message });
        }
        await put({ pk: { S: "k".repeat(2048) }, sk: { N: "1" } });
        const mismatch = "The provided key element does not match the schema";
        await assert.rejects(get({ pk: { S: "a" } }), { name: "ValidationException", message: mismatch });
    });

    test("every reply carries a request id and the checksum of its bytes", async () => {
        const requests = [
            ["ListTables", {}],
            ["PutItem", { TableName: "things", Item: newKey() }],
            ["GetItem", { TableName: "things", Key: newKey() }],
            ["GetItem", { TableName: "nowhere", Key: newKey() }],
            ["PutItem", {}],
        ];
        const ids = new Set();
        for (const [operation, body] of requests) {
            const reply = await post(server.url, operation, body);
            assert.ok(reply.crcHolds, operation);
            assert.match(reply.headers.get("x-amzn-requestid"), /^[0-9A-Z]{52}$/);
            assert.equal(reply.headers.get("content-type"), "application/x-amz-json-1.0");
            ids.add(reply.headers.get("x-amzn-requestid"));
        }
        assert.equal(ids.size, requests.length);
    });
});

// Sets in one order, bytes as lists: what two equal items have in common.
function plain(value) {
    if (value instanceof Uint8Array) return [...value];
    if (Array.isArray(value)) return value.map(plain);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => {
        const isSet = ["SS", "NS", "BS"].includes(name) && Array.isArray(inner);
        return [name, isSet ? inner.map((member) => JSON.stringify(plain(member))).sort() : plain(inner)];
    }));
}
