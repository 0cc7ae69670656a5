// Who may do what: signatures made by the AWS SDK, checked by a server that has keys; and what a server without a check
// still refuses. The checks themselves are tested in C (tests/c/msg/sigv4_test.c).
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import {
    BatchGetItemCommand, CreateTableCommand, DescribeLimitsCommand, DescribeTableCommand, DynamoDBClient,
    GetItemCommand, ListTablesCommand, ListTagsOfResourceCommand, PutItemCommand, TagResourceCommand,
} from "@aws-sdk/client-dynamodb";
import { HASH_TABLE, post, suiteServer } from "./support.mjs";
import { amzDate, sha256, signatureOf } from "../signature.mjs";
import { readKeys } from "../../worker/auth.js";

const SERVICE = "com.amazon.coral.service#";
const TARGET = "DynamoDB_20120810.ListTables";

const KEYS = [
    "writer:w/secret+1", "reader:r-secret:ro", "limited:l-secret:rw:music_,films_", "viewer:v-secret:ro:music_",
];

describe("a server with keys", () => {
    const server = suiteServer(KEYS.flatMap((key) => ["--auth", key]));
    const clients = [];
    const as = (accessKeyId, secretAccessKey, more = {}) => {
        const credentials = { accessKeyId, secretAccessKey, ...more };
        const client = new DynamoDBClient({ endpoint: server.url, region: "eu-west-3", credentials, maxAttempts: 1 });
        clients.push(client);
        return (command) => client.send(command);
    };
    const table = (TableName) => new CreateTableCommand({ ...HASH_TABLE, TableName });
    const get = (TableName) => new GetItemCommand({ TableName, Key: { pk: { S: "a" } } });
    const put = (TableName) => new PutItemCommand({ TableName, Item: { pk: { S: "a" } } });
    const denied = { name: "AccessDeniedException" };

    test("lets in who has a key, and nobody else", async () => {
        await as("writer", "w/secret+1")(new ListTablesCommand({}));
        await assert.rejects(as("writer", "w/secret+2")(new ListTablesCommand({})), {
            name: "InvalidSignatureException",
            message: "The request signature we calculated does not match the signature you provided. Check your AWS " +
                "Secret Access Key and signing method. Consult the service documentation for details.",
        });
        const unknown = {
            name: "UnrecognizedClientException",
            message: "The security token included in the request is invalid.",
        };
        await assert.rejects(as("nobody", "w/secret+1")(new ListTablesCommand({})), unknown);
        await assert.rejects(as("writer", "w/secret+1", { sessionToken: "x" })(new ListTablesCommand({})), unknown);
        const unsigned = await post(server.url, "ListTables", {});
        assert.equal(unsigned.json.__type, `${SERVICE}MissingAuthenticationTokenException`);
        assert.equal(unsigned.json.message, "Request is missing Authentication Token");
    });

    test("a read-only key reads", async () => {
        const write = as("writer", "w/secret+1"), read = as("reader", "r-secret");
        await write(table("shared"));
        await write(put("shared"));
        assert.deepEqual((await read(get("shared"))).Item, { pk: { S: "a" } });
        await read(new DescribeTableCommand({ TableName: "shared" }));
        for (const command of [put("shared"), table("other")]) {
            await assert.rejects(read(command), denied);
        }
        await assert.rejects(read(put("shared")), {
            message: "User: arn:aws:iam::000000000000:user/reader is not authorized to perform: dynamodb:PutItem on " +
                "resource: arn:aws:dynamodb:us-east-1:000000000000:table/shared because no identity-based policy " +
                "allows the dynamodb:PutItem action",
        });
    });

    test("a key of some tables uses those", async () => {
        const limited = as("limited", "l-secret"), viewer = as("viewer", "v-secret");
        const { TableDescription: made } = await limited(table("music_songs"));
        await limited(put("music_songs"));
        await limited(put(made.TableArn));
        await limited(new TagResourceCommand({ ResourceArn: made.TableArn, Tags: [{ Key: "a", Value: "b" }] }));
        await viewer(new ListTagsOfResourceCommand({ ResourceArn: made.TableArn }));
        await viewer(new DescribeLimitsCommand({}));
        await viewer(get("music_songs"));
        const both = { music_songs: { Keys: [{ pk: { S: "a" } }] }, shared: { Keys: [{ pk: { S: "a" } }] } };
        const otherArn = made.TableArn.replace("music_songs", "shared");
        const refused = [
            table("shared_too"), get("shared"), put("shared"), put(otherArn), new ListTablesCommand({}),
            new DescribeTableCommand({ TableName: "shared" }), new BatchGetItemCommand({ RequestItems: both }),
            new TagResourceCommand({ ResourceArn: otherArn, Tags: [{ Key: "a", Value: "b" }] }),
        ];
        for (const command of refused) {
            await assert.rejects(limited(command), denied, JSON.stringify(command.input));
        }
        await assert.rejects(viewer(put("music_songs")), denied);
    });

    test("signed query strings, and compressed bodies, whose signature is over what was sent", async () => {
        for (const body of ["{}", gzipSync("{}")]) {
            const encoding = typeof body === "string" ? {} : { "content-encoding": "gzip" };
            const url = signedUrl(server.url, body, "writer", "w/secret+1");
            const reply = await post(url, "ListTables", body, encoding);
            assert.equal(reply.status, 200, reply.text);
            const forged = await post(url, "ListTables", typeof body === "string" ? "{ }" : gzipSync("{ }"), encoding);
            assert.equal(forged.json.__type, `${SERVICE}InvalidSignatureException`);
            const both = await post(url, "ListTables", body, { ...encoding, authorization: "AWS4-HMAC-SHA256 a=b" });
            assert.equal(both.json.__type, `${SERVICE}InvalidSignatureException`);
            assert.match(both.json.message, /^Found both 'X-Amz-Algorithm'/);
        }
        const times = [[-4000, /^Signature expired: \d{8}T/], [400, /^Signature not yet current: /]];
        for (const [seconds, message] of times) {
            const url = signedUrl(server.url, "{}", "writer", "w/secret+1", seconds);
            const reply = await post(url, "ListTables", "{}");
            assert.equal(reply.json.__type, `${SERVICE}InvalidSignatureException`);
            assert.match(reply.json.message, message);
        }
    });

    test("clients are let go", () => clients.forEach((client) => client.destroy()));
});

describe("a server that checks no keys", () => {
    const server = suiteServer();

    test("believes anybody, but not what is malformed", async () => {
        assert.equal((await post(server.url, "ListTables", {})).status, 200);
        const whole = "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=0";
        const date = { "x-amz-date": "20200101T000000Z" };
        assert.equal((await post(server.url, "ListTables", {}, { authorization: whole, ...date })).status, 200);
        const yesterday = { authorization: whole, date: "yesterday" };
        assert.equal((await post(server.url, "ListTables", {}, yesterday)).status, 200);
        const refusals = [
            [{ authorization: "Basic x" }, "MissingAuthenticationTokenException", /^Request is missing/],
            [{ authorization: whole }, "IncompleteSignatureException",
                /'X-Amz-Date' or a 'Date' header\. Authorization=/],
            [{ authorization: "AWS4-HMAC-SHA256 Credential=a", ...date }, "IncompleteSignatureException",
                /^Authorization header requires 'Signature' .*Authorization=AWS4-HMAC-SHA256 Credential=a$/],
        ];
        for (const [headers, type, message] of refusals) {
            const reply = await post(server.url, "ListTables", {}, headers);
            assert.equal(reply.status, 400);
            assert.equal(reply.json.__type, SERVICE + type);
            assert.match(reply.json.message, message);
        }
        const query = await post(`${server.url}/?X-Amz-Algorithm=AWS4-HMAC-SHA256`, "ListTables", {});
        assert.equal(query.json.__type, `${SERVICE}IncompleteSignatureException`);
        assert.match(query.json.message, /^AWS query-string .*Re-examine the query-string parameters\.$/);
    });
});

describe("a deployment without keys", () => {
    const server = suiteServer(["--auth", "none"]);

    test("refuses everything and says what to do", async () => {
        for (const headers of [{}, { authorization: "AWS4-HMAC-SHA256 Credential=a" }]) {
            const reply = await post(server.url, "ListTables", {}, headers);
            assert.equal(reply.status, 400);
            assert.equal(reply.json.__type, `${SERVICE}AccessDeniedException`);
            assert.match(reply.json.Message, /wrangler secret put SHVM_ACCESS_KEYS/);
        }
    });
});

test("keys are lines or JSON; what is malformed is left out", (context) => {
    const logged = context.mock.method(console, "error", () => {});
    const plain = { readOnly: false, prefixes: [], token: "" };
    assert.deepEqual(readKeys("# ours\n\na:b\nc:d:ro\ne:f:x_,y_\n g:h:ro:z \ni:j:rw:ro\n"), [
        { id: "a", secret: "b", ...plain },
        { id: "c", secret: "d", ...plain, readOnly: true },
        { id: "e", secret: "f", ...plain, prefixes: ["x_", "y_"] },
        { id: "g", secret: "h", ...plain, readOnly: true, prefixes: ["z"] },
        { id: "i", secret: "j", ...plain, prefixes: ["ro"] },
    ]);
    assert.deepEqual(readKeys('[{"id":"a","secret":"b"},{"id":"c","secret":"d","readOnly":true,"token":"t"}]'), [
        { id: "a", secret: "b", ...plain },
        { id: "c", secret: "d", ...plain, readOnly: true, token: "t" },
    ]);
    assert.equal(logged.mock.callCount(), 0);
    const malformed = [
        "a", "a:", ":b", "a:b:ro:", "a:b:x,,y", "a:b:ro:x:y", "a:b\tc", "[", "[{}]", '[{"id":"a"}]',
        '[{"id":"a","secret":"b","prefixes":"x"}]', '[{"id":"a","secret":"b","prefixes":["x,y"]}]',
        '[{"id":"a","secret":"b","readOnly":"no"}]', '[{"id":"a","secret":"b\\nc"}]',
    ];
    for (const text of malformed) assert.deepEqual(readKeys(text), [], text);
    assert.equal(logged.mock.callCount(), malformed.length);
    assert.ok(!logged.mock.calls.some(({ arguments: [line] }) => line.includes("secret\":")), "no secret is logged");
});

// A query string signed by the book, for ListTables: the SDK signs headers only.
function signedUrl(url, body, id, secret, seconds = 0) {
    const { host } = new URL(url);
    const timestamp = amzDate(seconds);
    const scope = `${timestamp.slice(0, 8)}/us-east-1/dynamodb/aws4_request`;
    const query = [
        ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"], ["X-Amz-Credential", `${id}/${scope}`], ["X-Amz-Date", timestamp],
        ["X-Amz-Expires", "300"], ["X-Amz-SignedHeaders", "host;x-amz-target"],
    ].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
    const canonical = `POST\n/\n${query}\nhost:${host}\nx-amz-target:${TARGET}\n\nhost;x-amz-target\n${sha256(body)}`;
    const signature = signatureOf(secret, timestamp, scope, canonical);
    return `${url}/?${query}&X-Amz-Signature=${signature}`;
}
