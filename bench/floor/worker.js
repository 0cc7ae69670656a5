// What the platform costs with no DynamoDB in it: an object per partition key doing the same reads and writes of
// SQLite that one request needs, and an empty Worker. The ways of calling an object are the fastest ones known. Under
// /wire the requests and replies are DynamoDB's: a body to every request, what any reply of DynamoDB's has in its head.
import { DurableObject } from "cloudflare:workers";

const UPSERT = "INSERT INTO items VALUES (?, ?, NULL) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const READ = "SELECT value FROM items WHERE key = ?";
const PAGE = `SELECT CAST(group_concat(value, '') AS BLOB), count(*)
    FROM (SELECT value FROM items WHERE key >= ? ORDER BY key LIMIT 0 + ?)`;
const PAGES = { query: 100, page: 3500 }; // the second: 1 MB of items of 300 bytes

const WIRE_HEAD = {
    headers: {
        "content-type": "application/x-amz-json-1.0",
        "date": "Thu, 01 Jan 2026 00:00:00 GMT",
        "x-amzn-requestid": "0123456789ABCDEFGHIJKLMNOPQRSTUV0123456789ABCDEFGHIJ",
        "x-amz-crc32": "2745614147",
    },
};

const encoder = new TextEncoder();

export class Floor extends DurableObject {
    #sql;

    constructor(ctx, env) {
        super(ctx, env);
        this.#sql = ctx.storage.sql;
        this.#sql.exec("CREATE TABLE IF NOT EXISTS items(key BLOB PRIMARY KEY, value BLOB, big INTEGER) WITHOUT ROWID");
    }

    put(key, value) {
        this.#sql.exec(UPSERT, encoder.encode(key), value);
    }

    // What a write with a condition does.
    update(key, value) {
        const bytes = encoder.encode(key);
        [...this.#sql.exec(READ, bytes).raw()];
        this.#sql.exec(UPSERT, bytes, value);
    }

    fetch(request) {
        const { wire, operation, key } = asked(request);
        const bytes = encoder.encode(key);
        const limit = PAGES[operation];
        const rows = limit === undefined ? this.#sql.exec(READ, bytes) : this.#sql.exec(PAGE, bytes, limit);
        const [row] = rows.raw();
        return new Response(row?.[0], wire ? WIRE_HEAD : undefined);
    }
}

// [/wire]/operation/partition key/sort key
function asked(request) {
    const parts = new URL(request.url).pathname.slice(1).split("/");
    const wire = parts[0] === "wire";
    const [operation, partition, key] = wire ? parts.slice(1) : parts;
    return { wire, operation, partition, key };
}

export default {
    async fetch(request, env) {
        const { wire, operation, partition, key } = asked(request);
        if (operation === "empty") return new Response("{}");
        const object = env.FLOOR.getByName(partition);
        const isRead = operation === "get" || operation in PAGES;
        const value = isRead && !wire ? null : await request.arrayBuffer();
        if (isRead) return object.fetch(request.url);
        if (operation === "update") await object.update(key, value);
        else await object.put(key, value);
        return new Response("{}", wire ? WIRE_HEAD : undefined);
    },
};
