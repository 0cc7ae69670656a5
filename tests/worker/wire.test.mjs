// HTTP around DynamoDB, byte for byte: what is between a client's socket and the first look at its request.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { before, describe, test } from "node:test";
import { crc32, deflateRawSync, deflateSync, gunzipSync, gzipSync } from "node:zlib";
import { CreateTableCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { HASH_TABLE, eventually, post, suiteServer } from "./support.mjs";

const JSON_1_0 = "application/x-amz-json-1.0";
const XML = "<UnknownOperationException/>\n";
const REQUEST_ID = /^[0-9A-Z]{52}$/;
const MB = 1024 * 1024;

describe("wire", () => {
    const server = suiteServer();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });

    // { status, headers, bytes, text, json, reused }: nothing decompressed, nothing added.
    const send = ({ method = "POST", path = "/", headers = {}, body = undefined }) =>
        new Promise((resolve, reject) => {
            const request = httpRequest(new URL(path, server.url), { method, headers, agent }, (response) => {
                const chunks = [];
                response.on("data", (chunk) => chunks.push(chunk));
                response.on("end", () => {
                    const bytes = Buffer.concat(chunks);
                    const text = bytes.toString();
                    const json = text.startsWith("{") ? JSON.parse(text) : null;
                    const { statusCode: status, headers } = response;
                    resolve({ status, headers, bytes, text, json, reused: request.reusedSocket });
                });
            });
            request.on("error", reject);
            request.end(body);
        });
    const target = (operation) => ({ "content-type": JSON_1_0, "x-amz-target": `DynamoDB_20120810.${operation}` });
    const ask = (operation, body, headers = {}) => send({ body, headers: { ...target(operation), ...headers } });
    const isWhole = (reply) => {
        assert.match(reply.headers["x-amzn-requestid"], REQUEST_ID);
        assert.equal(reply.headers["x-amz-crc32"], String(crc32(reply.bytes)), "the checksum is of the bytes sent");
        assert.ok(Math.abs(Date.parse(reply.headers.date) - Date.now()) < 60_000, "the date is now");
        assert.equal(Number(reply.headers["content-length"]), reply.bytes.length);
    };
    const getBig = JSON.stringify({ TableName: "keys", Key: { pk: { S: "big" } } });

    before(async () => {
        await server.client.send(new CreateTableCommand(HASH_TABLE));
        const Item = { pk: { S: "big" }, text: { S: "many words ".repeat(2000) } };
        await server.client.send(new PutItemCommand({ TableName: "keys", Item }));
    });

    test("every reply carries date, request id and the checksum of its bytes", async () => {
        const replies = [
            await ask("ListTables", "{}"),
            await ask("GetItem", getBig),
            await ask("GetItem", "{}"),
            await ask("Nope", "{}"),
            await ask("ListTables", "no JSON"),
            await ask("ListTables", "{}", { "content-type": "text/plain" }),
            await send({ method: "GET" }),
            await send({ method: "PUT" }),
        ];
        replies.forEach(isWhole);
        assert.deepEqual(replies.map(({ status }) => status), [200, 200, 400, 400, 400, 404, 200, 404]);
        assert.equal(new Set(replies.map(({ headers }) => headers["x-amzn-requestid"])).size, replies.length);
    });

    test("one connection serves one request after another", async () => {
        await ask("ListTables", "{}");
        assert.ok((await ask("ListTables", "{}")).reused);
        assert.ok((await send({ method: "HEAD" })).reused);
        assert.ok((await ask("ListTables", "{}")).reused);
    });

    test("GET is a health check, other methods are no operation", async () => {
        const health = await send({ method: "GET", path: "/any/path?x=y" });
        assert.equal(health.text, `healthy: ${new URL(server.url).host} `);
        for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
            const reply = await send({ method, headers: target("ListTables") });
            assert.equal(reply.status, 404, method);
            assert.equal(reply.text, XML);
        }
        const head = await send({ method: "HEAD" });
        assert.equal(head.status, 404);
        assert.equal(head.bytes.length, 0);
    });

    test("pages of other origins may ask", async () => {
        assert.equal((await ask("ListTables", "{}")).headers["access-control-allow-origin"], undefined);
        const reply = await ask("ListTables", "{}", { origin: "https://example.org" });
        assert.equal(reply.headers["access-control-allow-origin"], "*");
        isWhole(reply);
        const refused = await ask("Nope", "{}", { origin: "https://example.org" });
        assert.equal(refused.headers["access-control-allow-origin"], "*");
        const preflight = await send({
            method: "OPTIONS",
            headers: {
                "origin": "https://example.org",
                "access-control-request-headers": "x-amz-target,authorization",
                "access-control-request-method": "POST",
            },
        });
        assert.equal(preflight.status, 200);
        assert.equal(preflight.bytes.length, 0);
        assert.equal(preflight.headers["content-length"], "0");
        assert.equal(preflight.headers["access-control-allow-origin"], "*");
        assert.equal(preflight.headers["access-control-allow-headers"], "x-amz-target,authorization");
        assert.equal(preflight.headers["access-control-allow-methods"], "POST");
        assert.equal(preflight.headers["access-control-max-age"], "172800");
        const bare = await send({ method: "OPTIONS", headers: { origin: "null" } });
        assert.equal(bare.headers["access-control-allow-headers"], undefined);
        assert.equal(bare.headers["access-control-allow-methods"], undefined);
    });

    test("the content type is echoed, and decides only where there is a body", async () => {
        for (const type of [JSON_1_0, "application/json"]) {
            for (const sent of [type, `${type}; charset=utf-8`, type.toUpperCase()]) {
                const reply = await ask("ListTables", "{}", { "content-type": sent });
                assert.equal(reply.status, 200, sent);
                assert.equal(reply.headers["content-type"], type);
            }
        }
        const none = await send({ headers: { "x-amz-target": "DynamoDB_20120810.ListTables" } });
        assert.deepEqual(none.json, { __type: "com.amazon.coral.service#SerializationException" });
        assert.equal(none.headers["content-type"], "application/json");
        const unknown = await send({ headers: { "content-type": "text/plain" } });
        assert.deepEqual(unknown.json, { __type: "com.amazon.coral.service#UnknownOperationException" });
    });

    test("first JSON, then the target, then the signature, then whether there is a body", async () => {
        const bad = { authorization: "AWS4-HMAC-SHA256 Credential=a" };
        assert.equal((await ask("Nope", "{", bad)).json.__type, "com.amazon.coral.service#SerializationException");
        assert.equal((await ask("Nope", "{}", bad)).json.__type, "com.amazon.coral.service#UnknownOperationException");
        for (const body of ["", "{}"]) {
            const reply = await ask("ListTables", body, bad);
            assert.equal(reply.json.__type, "com.amazon.coral.service#IncompleteSignatureException");
        }
    });

    test("bodies may come compressed", async () => {
        for (const [encoding, pack] of [["gzip", gzipSync], ["deflate", deflateSync], ["deflate", deflateRawSync]]) {
            const reply = await ask("GetItem", pack(getBig), { "content-encoding": encoding });
            assert.equal(reply.status, 200, encoding);
            assert.equal(reply.json.Item.pk.S, "big");
        }
        const large = { TableName: "keys", Item: { pk: { S: "x" }, x: { S: randomBytes(150_000).toString("hex") } } };
        const put = await ask("PutItem", gzipSync(JSON.stringify(large)), { "content-encoding": "gzip" });
        assert.equal(put.status, 200);
        for (const spoiled of [Buffer.from("no gzip"), gzipSync(getBig).subarray(0, 30), Buffer.alloc(0)]) {
            const reply = await ask("GetItem", spoiled, { "content-encoding": "gzip" });
            assert.equal(reply.status, 400);
            assert.deepEqual(reply.json, { __type: "com.amazon.coral.service#SerializationException" });
        }
    });

    test("16 MB is the limit before and after decompression", async () => {
        const padded = (size) => Buffer.concat([Buffer.from(getBig), Buffer.alloc(size - getBig.length, " ")]);
        for (const headers of [{}, { "content-encoding": "gzip" }]) {
            const pack = headers["content-encoding"] === undefined ? (bytes) => bytes : (bytes) => gzipSync(bytes);
            assert.equal((await ask("GetItem", pack(padded(16 * MB)), headers)).status, 200);
            const refused = await ask("GetItem", pack(padded(16 * MB + 1)), headers);
            assert.equal(refused.status, 413);
            assert.equal(refused.bytes.length, 0);
        }
        const bomb = gzipSync(Buffer.alloc(300 * MB, " "), { level: 1 });
        assert.equal((await ask("GetItem", bomb, { "content-encoding": "gzip" })).status, 413);
        assert.equal((await ask("GetItem", getBig)).status, 200, "and the next request is served");
    });

    test("uploads that never end are bounded, and hold nobody up", async () => {
        const { hostname, port } = new URL(server.url);
        const head = `POST / HTTP/1.1\r\nhost: ${hostname}\r\nx-amz-target: DynamoDB_20120810.PutItem\r\n` +
            `content-type: ${JSON_1_0}\r\ncontent-length: ${16 * MB}\r\n\r\n`;
        const refusals = [];
        const uploads = Array.from({ length: 12 }, () => {
            const socket = connect(Number(port), hostname);
            socket.on("error", () => {});
            socket.on("data", (chunk) => refusals.push(String(chunk)));
            socket.write(head);
            socket.write(Buffer.alloc(4 * MB, " "));
            return socket;
        });
        const held = async () => {
            const text = await (await fetch(`${server.url}/_shvm/metrics`)).text();
            return Number(/^shvm_request_body_bytes_held (\d+)$/m.exec(text)[1]);
        };
        const most = await eventually(held, (bytes) => bytes > 20 * MB);
        assert.ok(most <= 32 * MB, `${most} bytes are held`);
        const isThrottled = (replies) => replies.some((reply) => reply.includes("ThrottlingException"));
        await eventually(async () => refusals, isThrottled);
        for (let i = 0; i < 20; i++) assert.equal((await ask("GetItem", getBig)).status, 200);
        uploads.forEach((socket) => socket.destroy());
        await eventually(held, (bytes) => bytes === 0);
    });

    test("DescribeEndpoints names the host that was asked", async () => {
        const { port } = new URL(server.url);
        for (const host of [`localhost:${port}`, `127.0.0.1:${port}`]) {
            const reply = await post(`http://${host}/`, "DescribeEndpoints", {});
            assert.deepEqual(reply.json, { Endpoints: [{ Address: host, CachePeriodInMinutes: 1440 }] });
        }
    });

    test("large replies are compressed for who asks", async () => {
        const plain = await ask("GetItem", getBig);
        assert.equal(plain.headers["content-encoding"], undefined);
        for (const accepted of ["gzip", "deflate, gzip;q=0.5", "gzip, br"]) {
            const reply = await ask("GetItem", getBig, { "accept-encoding": accepted });
            assert.equal(reply.headers["content-encoding"], "gzip", accepted);
            isWhole(reply);
            assert.ok(reply.bytes.length < plain.bytes.length / 10);
            assert.deepEqual(gunzipSync(reply.bytes), plain.bytes);
        }
        for (const accepted of ["identity", "br", "gzip;q=0"]) {
            const reply = await ask("GetItem", getBig, { "accept-encoding": accepted });
            assert.equal(reply.headers["content-encoding"], undefined, accepted);
            isWhole(reply);
        }
        const small = await ask("ListTables", "{}", { "accept-encoding": "gzip" });
        assert.equal(small.headers["content-encoding"], undefined);
        isWhole(small);
    });
});
