// dump | load: a table of every type reproduces itself exactly, out of one layout into the other and back.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { TABLE, post, suiteServer, temporaryFolder } from "./support.mjs";

const KEYS = 30;
const ITEMS_PER_KEY = 10;
const NUMBERS = [
    "0", "-1", "1.5", "123456789012345678901234567890", "-0.0000000000000000000000000001",
    "99999999999999999999999999999999999999000000000000000000000000000000000000000",
];

const base64 = (bytes) => Buffer.from(bytes).toString("base64");

// Every type, empty and full, at the ends of what is allowed; text that JSON and lines could harm.
function itemOf(pk, sk) {
    const number = NUMBERS[sk % NUMBERS.length];
    return {
        pk: { S: `key\n"${pk}"\u2028é😀` },
        sk: { N: String(sk - 5) },
        text: { S: sk % 3 === 0 ? "" : `a\u0000b\\\t${pk}\u{10FFFF}` },
        large: { S: "x".repeat(sk === 0 ? 5000 : sk) },
        number: { N: number },
        bytes: { B: base64([0, 255, pk, sk]) },
        none: { B: "" },
        yes: { BOOL: true },
        no: { BOOL: false },
        nil: { NULL: true },
        texts: { SS: ["b", "a", `${pk}`] },
        numbers: { NS: [number, "77"] },
        binaries: { BS: [base64([1]), base64([0, 1]), base64([255])] },
        list: { L: [{ L: [] }, { N: "1" }, { B: base64([7]) }, { M: { B: { B: base64([8]) } } }] },
        map: { M: { " ": { S: "a space" }, B: { BS: [base64([9])] }, deep: { M: { L: { L: [{ NULL: true }] } } } } },
    };
}

const ITEMS = Array.from({ length: KEYS * ITEMS_PER_KEY }, (_, i) => itemOf(i % KEYS, Math.floor(i / KEYS)));

// The same for items that are the same, whatever the order of their attributes and the members of their sets.
function canonical(value) {
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map(canonical)}]`;
    const set = ["SS", "NS", "BS"].find((type) => Array.isArray(value[type]));
    if (set !== undefined) return `{${set}:${JSON.stringify(value[set].toSorted())}}`;
    return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)}}`;
}

function hashOf(items) {
    return createHash("sha256").update(items.map(canonical).sort().join("\n")).digest("hex");
}

function hashOfDump(file) {
    return hashOf(readFileSync(file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line).Item));
}

async function transfer(program, url, args, { input = null, output = null }) {
    const child = spawn(process.execPath, [`local/transfer/${program}.mjs`, "things", "--endpoint", url, ...args], {
        stdio: [input === null ? "ignore" : "pipe", output === null ? "ignore" : "pipe", "pipe"],
    });
    let told = "";
    child.stderr.on("data", (chunk) => (told += chunk));
    if (input !== null) createReadStream(input).pipe(child.stdin).on("error", () => {});
    const written = output === null ? null : child.stdout.pipe(createWriteStream(output, { flags: "a" }));
    const [code] = await once(child, "close");
    if (written !== null && !written.writableFinished) await once(written, "finish");
    return { code, told };
}

describe("dump and load", () => {
    const servers = { key: suiteServer(["--layout", "key"]), "hash:4": suiteServer(["--layout", "hash:4"]) };
    const ask = async (server, operation, body) => {
        const reply = await post(server.url, operation, body);
        assert.equal(reply.status, 200, reply.text);
        return reply.json;
    };

    async function emptyTable(server) {
        await ask(server, "CreateTable", TABLE);
        return async () => {
            await ask(server, "DeleteTable", { TableName: TABLE.TableName });
            while ((await post(server.url, "DescribeTable", { TableName: TABLE.TableName })).status === 200);
        };
    }

    for (const [from, to] of [["key", "hash:4"], ["hash:4", "key"]]) {
        test(`from layout ${from} into ${to}`, async (t) => {
            const folder = temporaryFolder(t);
            const [dumped, again] = ["dumped", "again"].map((name) => join(folder, name));
            t.after(await emptyTable(servers[from]));
            t.after(await emptyTable(servers[to]));
            for (let i = 0; i < ITEMS.length; i += 25) {
                const puts = ITEMS.slice(i, i + 25).map((Item) => ({ PutRequest: { Item } }));
                const reply = await ask(servers[from], "BatchWriteItem", { RequestItems: { things: puts } });
                assert.deepEqual(reply.UnprocessedItems, {});
            }
            assert.equal((await transfer("dump", servers[from].url, [], { output: dumped })).code, 0);
            assert.equal(hashOfDump(dumped), hashOf(ITEMS));
            const loaded = await transfer("load", servers[to].url, [], { input: dumped });
            assert.equal(loaded.code, 0, loaded.told);
            const args = ["--segments", "7"];
            assert.equal((await transfer("dump", servers[to].url, args, { output: again })).code, 0);
            assert.equal(hashOfDump(again), hashOf(ITEMS));
        });
    }

    test("a load that broke off goes on where it was", async (t) => {
        const folder = temporaryFolder(t);
        const [broken, whole, state, again] = ["broken", "whole", "state", "again"].map((name) => join(folder, name));
        t.after(await emptyTable(servers.key));
        const lines = ITEMS.map((Item) => JSON.stringify({ Item }));
        writeFileSync(whole, lines.join("\n"));
        writeFileSync(broken, lines.with(120, "no item").join("\n"));
        const args = ["--state", state, "--parallel", "2"];
        const first = await transfer("load", servers.key.url, args, { input: broken });
        assert.equal(first.code, 1);
        assert.match(first.told, /line 121/);
        const { lines: done } = JSON.parse(readFileSync(state, "utf8"));
        assert.ok(done >= 25 && done <= 120, `${done} lines`);
        assert.equal((await transfer("load", servers.key.url, args, { input: whole })).code, 0);
        assert.equal((await transfer("dump", servers.key.url, [], { output: again })).code, 0);
        assert.equal(hashOfDump(again), hashOf(ITEMS));
    });
});
