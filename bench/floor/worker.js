// What the platform costs with no DynamoDB in it: an object per partition key doing the same reads and writes of
// SQLite that one request needs, and an empty Worker. The ways of calling an object are the fastest ones known.
import { DurableObject } from "cloudflare:workers";

const UPSERT = "INSERT INTO items VALUES (?, ?, NULL) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const READ = "SELECT value FROM items WHERE key = ?";
const PAGE = `SELECT CAST(group_concat(value, '') AS BLOB), count(*)
    FROM (SELECT value FROM items WHERE key >= ? ORDER BY key LIMIT 100)`;

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
        const [, operation, , key] = new URL(request.url).pathname.split("/");
        const [row] = this.#sql.exec(operation === "query" ? PAGE : READ, encoder.encode(key)).raw();
        return new Response(row?.[0]);
    }
}

// /operation/partition key/sort key
export default {
    async fetch(request, env) {
        const [, operation, partition, key] = new URL(request.url).pathname.split("/");
        if (operation === "empty") return new Response("{}");
        const object = env.FLOOR.getByName(partition);
        if (operation === "get" || operation === "query") return object.fetch(request.url);
        const value = await request.arrayBuffer();
        if (operation === "update") await object.update(key, value);
        else await object.put(key, value);
        return new Response("{}");
    },
};
