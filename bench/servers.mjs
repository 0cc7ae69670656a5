// What is measured: this project in a layout, the floor, peers at given URLs. A server is
// { name, kind: "dynamodb" | "floor" | "wire" (load.lua), url, stop }.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Log, LogLevel, Miniflare } from "miniflare";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FLOOR = "bench-floor";

// root: a tree of this project; two of them side by side show what a change does. more: of startHost's options.
export async function startProject(name, layout, folder, root = ROOT, more = {}) {
    const { startHost } = await import(join(root, "local/host.mjs"));
    const data = mkdtempSync(join(folder, "bench-"));
    const host = await startHost({ host: "127.0.0.1", port: 0, data, layout, ...more });
    const stop = async () => {
        await host.stop();
        rmSync(data, { recursive: true, force: true });
    };
    return { name, kind: "dynamodb", url: String(host.url), stop };
}

// Served as local/host.mjs serves the Worker; starting the project first has set the same flags for the runtime.
export async function startFloor(folder) {
    const data = mkdtempSync(join(folder, "bench-"));
    const date = /^compatibility_date = "(.+)"$/m.exec(readFileSync(`${ROOT}wrangler.toml`, "utf8"))[1];
    const code = readFileSync(new URL("floor/worker.js", import.meta.url), "utf8");
    const miniflare = new Miniflare({
        host: "127.0.0.1",
        port: 0,
        log: new Log(LogLevel.ERROR),
        logRequests: false,
        enableDevRegistry: false,
        cf: false,
        resourcePersistencePath: data,
        workers: [{
            config: {
                name: FLOOR,
                compatibilityDate: date,
                manifest: { mainModule: "worker.js", modules: { "worker.js": { type: "esm", contents: code } } },
                env: { FLOOR: { type: "durable-object", worker: FLOOR, exportName: "Floor" } },
                exports: { Floor: { type: "durable-object", storage: "sqlite" } },
            },
            dev: { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] },
        }],
    });
    const url = await miniflare.unsafeGetDirectURL(FLOOR);
    const stop = async () => {
        await miniflare.dispose();
        rmSync(data, { recursive: true, force: true });
    };
    return { name: "bare object", kind: "floor", url: String(url), stop };
}

// Makes the keys that the load reads and writes. more: members of CreateTable, such as indexes.
export async function fill(server, partitions, items, more = {}) {
    if (server.kind === "floor") return fillFloor(server, partitions, items);
    await createTable(server, more);
    for (let p = 0; p < partitions; p++) {
        for (let s = 0; s < items; s += 25) {
            const puts = Array.from({ length: Math.min(25, items - s) }, (_, i) => ({
                PutRequest: { Item: item(p, s + i) },
            }));
            let requests = { bench: puts };
            while (Object.keys(requests).length > 0) {
                requests = (await ask(server, "BatchWriteItem", { RequestItems: requests })).UnprocessedItems;
            }
        }
    }
}

async function fillFloor(server, partitions, items) {
    for (let p = 0; p < partitions; p++) {
        for (let s = 0; s < items; s += 20) {
            await Promise.all(Array.from({ length: Math.min(20, items - s) }, (_, i) => {
                const { pk, sk } = item(p, s + i);
                const body = JSON.stringify(item(p, s + i));
                return fetch(`${server.url}put/${pk.S}/${sk.S}`, { method: "POST", body }).then((r) => r.text());
            }));
        }
    }
}

export async function createTable(server, more = {}) {
    const attribute = (name) => ({ AttributeName: name, AttributeType: "S" });
    await ask(server, "CreateTable", {
        TableName: "bench",
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [attribute("pk"), attribute("sk")],
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
        ...more,
    });
    await isActive(server);
}

export async function isActive(server) {
    for (;;) {
        const { Table } = await ask(server, "DescribeTable", { TableName: "bench" });
        if (Table.TableStatus === "ACTIVE") return;
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

export async function ask(server, operation, body) {
    const response = await fetch(server.url, {
        method: "POST",
        headers: {
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": `DynamoDB_20120810.${operation}`,
            "x-amz-date": "20260101T000000Z",
            authorization: "AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/dynamodb/aws4_request, " +
                `SignedHeaders=host;x-amz-date;x-amz-target, Signature=${"0".repeat(64)}`,
        },
        body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${server.name}: ${operation}: ${response.status} ${text}`);
    return JSON.parse(text);
}

function item(p, s) {
    return {
        pk: { S: `p${String(p).padStart(4, "0")}` },
        sk: { S: `s${String(s).padStart(6, "0")}` },
        n: { N: String(Math.floor(Math.random() * 1e6)) },
        name: { S: String(Math.random()).slice(2).padEnd(16, "0").slice(0, 16) },
        data: { S: "abcdefghij".repeat(16) },
        tags: { L: [{ S: "red" }, { S: "green" }] },
    };
}
