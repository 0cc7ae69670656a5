// Requests that no SDK would send: each is refused in DynamoDB's words, and the next one is served as if nothing
// had happened.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { afterEach, before, describe, test } from "node:test";
import { CreateTableCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { HASH_TABLE, post, suiteServer } from "./support.mjs";

const SERIALIZATION = "com.amazon.coral.service#SerializationException";
const VALIDATION = "com.amazon.coral.validate#ValidationException";
const UNKNOWN_OPERATION = "com.amazon.coral.service#UnknownOperationException";

describe("bad input", () => {
    const server = suiteServer();
    const key = { pk: { S: "kept" } };
    const kept = { ...key, value: { S: "unharmed" } };
    const send = (operation, body, headers) => post(server.url, operation, body, headers);
    const put = (itemText) => send("PutItem", `{"TableName":"keys","Item":${itemText}}`);

    before(async () => {
        await server.client.send(new CreateTableCommand(HASH_TABLE));
        await server.client.send(new PutItemCommand({ TableName: "keys", Item: kept }));
    });

    afterEach(async () => {
        const next = await send("GetItem", { TableName: "keys", Key: key });
        assert.deepEqual(next.json, { Item: kept }, "the next request is unharmed");
    });

    const refuses = (reply, status, type, message = undefined) => {
        assert.equal(reply.status, status, reply.text);
        assert.equal(reply.json?.__type, type, reply.text);
        if (message !== undefined) assert.match(reply.json.message ?? reply.json.Message ?? "", message);
    };

    test("what is no JSON answers with a type alone", async () => {
        for (const body of [undefined, "", "{", '{"TableName":"keys"', "hello", '{"a":1} trailing', "{'a':1}", "\0"]) {
            const reply = await send("GetItem", body);
            refuses(reply, 400, SERIALIZATION);
            assert.deepEqual(Object.keys(reply.json), ["__type"], reply.text);
        }
    });

    test("JSON that is no object is a SerializationException", async () => {
        for (const body of ["[]", '"x"', "1", "true"]) refuses(await send("GetItem", body), 400, SERIALIZATION);
    });

    test("a body over 16 MB is 413", async () => {
        const text = `{"TableName":"keys","Item":{"pk":{"S":"big"},"x":{"S":"${"x".repeat(17 * 1024 * 1024)}"}}}`;
        const reply = await send("PutItem", text);
        assert.equal(reply.status, 413);
        assert.deepEqual((await send("GetItem", { TableName: "keys", Key: { pk: { S: "big" } } })).json, {});
    });

    test("another content type is 404 and XML", async () => {
        for (const type of ["text/plain", "application/xml", "application/x-www-form-urlencoded"]) {
            const reply = await send("ListTables", "{}", { "content-type": type });
            assert.equal(reply.status, 404);
            assert.match(reply.text, /^<UnknownOperationException\/>/);
        }
        for (const type of ["application/json", "application/x-amz-json-1.0; charset=utf-8"]) {
            const reply = await send("ListTables", "{}", { "content-type": type });
            assert.equal(reply.status, 200, type);
        }
    });

    test("an unknown target is an unknown operation", async () => {
        refuses(await send(null, "{}"), 400, UNKNOWN_OPERATION);
        for (const target of ["", "DynamoDB_20120810.", "DynamoDB_20120810.Nope", "Nope.GetItem", "GetItem"]) {
            refuses(await send(null, "{}", { "x-amz-target": target }), 400, UNKNOWN_OPERATION);
        }
    });

    test("table names of every wrong kind", async () => {
        for (const name of [1, 1.5, true, [], {}]) {
            refuses(await send("GetItem", { TableName: name, Key: key }), 400, SERIALIZATION);
        }
        refuses(await send("GetItem", { Key: key }), 400, VALIDATION, /'tableName'.* must not be null/i);
        refuses(await send("GetItem", { TableName: null, Key: key }), 400, VALIDATION, /must not be null/);
        refuses(await send("GetItem", { TableName: "", Key: key }), 400, VALIDATION, /greater than or equal to 1/);
        refuses(await send("GetItem", { TableName: "ab", Key: key }), 400, VALIDATION, /greater than or equal to 3/);
        const long = "x".repeat(256);
        refuses(await send("GetItem", { TableName: long, Key: key }), 400, VALIDATION, /less than or equal to 255/);
        refuses(await send("GetItem", { TableName: "a b c", Key: key }), 400, VALIDATION, /\[a-zA-Z0-9_\.-\]\+/);
    });

    test("31 levels of nesting are stored, 32 and many more are refused", async () => {
        const nested = (levels) => `{"pk":{"S":"deep"},"x":${'{"L":['.repeat(levels)}${"]}".repeat(levels)}}`;
        assert.equal((await put(nested(31))).status, 200);
        for (const levels of [32, 33]) {
            refuses(await put(nested(levels)), 400, VALIDATION, /Nesting Levels have exceeded/);
        }
        const deep = await put(nested(100_000));
        refuses(deep, 400, SERIALIZATION);
    });

    test("bad numbers", async () => {
        const cases = {
            abc: /cannot be converted to a numeric value: abc/,
            "": /cannot be converted to a numeric value/,
            " 5": /cannot be converted to a numeric value/,
            "1e": /cannot be converted to a numeric value/,
            "1e126": /Number overflow/,
            "1e-131": /Number underflow/,
            [`1${"0".repeat(37)}1`]: /more than 38 significant digits/,
        };
        for (const [number, message] of Object.entries(cases)) {
            refuses(await put(`{"pk":{"S":"n"},"x":{"N":"${number}"}}`), 400, VALIDATION, message);
        }
        refuses(await put('{"pk":{"S":"n"},"x":{"N":5}}'), 400, SERIALIZATION);
    });

    test("attribute values that are none", async () => {
        refuses(await put('{"pk":{"S":"v"},"x":{}}'), 400, VALIDATION, /Supplied AttributeValue is empty/);
        refuses(await put('{"pk":{"S":"v"},"x":{"S":"a","N":"1"}}'), 400, VALIDATION, /more than one datatypes/);
        refuses(await put('{"pk":{"S":"v"},"x":{"SS":[]}}'), 400, VALIDATION, /may not be empty/);
        refuses(await put('{"pk":{"S":"v"},"x":{"SS":["a","a"]}}'), 400, VALIDATION, /contains duplicates/);
        refuses(await put('{"pk":{"S":"v"},"x":{"NULL":false}}'), 400, VALIDATION, /must have the value of true/);
        refuses(await put('{"pk":{"S":"v"},"x":"text"}'), 400, SERIALIZATION);
        for (const base64 of ["AQ", "A", "AQ=", "****", "AQ==AQ=="]) {
            refuses(await put(`{"pk":{"S":"v"},"x":{"B":"${base64}"}}`), 400, SERIALIZATION);
        }
    });

    test("of duplicate members the last one counts", async () => {
        assert.equal((await put('{"pk":{"S":"twice"},"x":{"S":"1"},"x":{"S":"2"}}')).status, 200);
        const found = await send("GetItem", { TableName: "keys", Key: { pk: { S: "twice" } } });
        assert.deepEqual(found.json.Item.x, { S: "2" });
    });

    test("U+0000 is a character like any other", async () => {
        const item = { pk: { S: "a\u0000b" }, "na\u0000me": { S: "va\u0000lue" } };
        assert.equal((await put(JSON.stringify(item))).status, 200);
        assert.deepEqual((await send("GetItem", { TableName: "keys", Key: { pk: item.pk } })).json.Item, item);
        assert.deepEqual((await send("GetItem", { TableName: "keys", Key: { pk: { S: "a" } } })).json, {});
    });

    test("invalid UTF-8 is refused", async () => {
        const text = new TextEncoder().encode('{"TableName":"keys","Item":{"pk":{"S":"utf8"},"x":{"S":"?"}}}');
        const spoiled = text.map((byte) => (byte === "?".charCodeAt(0) ? 0xff : byte));
        refuses(await send("PutItem", spoiled), 400, SERIALIZATION);
        assert.deepEqual((await send("GetItem", { TableName: "keys", Key: { pk: { S: "utf8" } } })).json, {});
    });

    test("a request that is cut off writes nothing", async () => {
        const body = '{"TableName":"keys","Item":{"pk":{"S":"cut"},"x":{"S":"y"}}}';
        const { hostname, port } = new URL(server.url);
        const socket = connect(Number(port), hostname);
        socket.write(
            `POST / HTTP/1.1\r\nhost: ${hostname}\r\nx-amz-target: DynamoDB_20120810.PutItem\r\n` +
                `content-type: application/x-amz-json-1.0\r\ncontent-length: ${body.length + 1}\r\n\r\n${body}`,
            () => socket.destroy(),
        );
        await new Promise((resolve) => socket.on("close", resolve));
        assert.deepEqual((await send("GetItem", { TableName: "keys", Key: { pk: { S: "cut" } } })).json, {});
    });

    test("a body whose chunks are none is the sender's fault", async () => {
        const { hostname, port } = new URL(server.url);
        const socket = connect(Number(port), hostname);
        socket.write(
            `POST / HTTP/1.1\r\nhost: ${hostname}\r\nx-amz-target: DynamoDB_20120810.PutItem\r\n` +
                "content-type: application/x-amz-json-1.0\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        );
        const answer = await new Promise((resolve) => socket.once("data", (data) => resolve(String(data))));
        socket.destroy();
        assert.match(answer, /^HTTP\/1.1 400 /);
    });

    test("GET is a health check", async () => {
        const reply = await fetch(server.url);
        assert.equal(reply.status, 200);
        assert.match(await reply.text(), /^healthy: /);
    });
});
