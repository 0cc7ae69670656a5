// Sends every fact of `facts/` and compares the answers, byte by byte where a text is certain.
//   node tests/oracle/facts.mjs --endpoint URL [--only REGEXP] [--no-indexes] [--brief]
// REGEXP is matched against "file section name". Exit code 1 when a fact does not hold.
import { readdirSync } from "node:fs";
import { isDeepStrictEqual, inspect } from "node:util";
import { readOptions } from "../options.mjs";
import { Endpoint } from "./wire.mjs";

const options = readOptions({ endpoint: "", only: "", "no-indexes": false, brief: false });

const key = (name, type, kind = "HASH") => ({ name, type, kind });
const TABLES = {
    hash: [key("pk", "S")],
    hash_n: [key("pk", "N")],
    hash_b: [key("pk", "B")],
    range: [key("pk", "S"), key("sk", "S", "RANGE")],
    range_n: [key("pk", "S"), key("sk", "N", "RANGE")],
    range_b: [key("pk", "S"), key("sk", "B", "RANGE")],
    indexed: [key("pk", "S"), key("sk", "S", "RANGE")],
};

/** The table `indexed`: one GSI with keys only, one LSI with everything. */
const INDEXES = {
    attributes: [
        { AttributeName: "gk", AttributeType: "S" },
        { AttributeName: "lk", AttributeType: "N" },
    ],
    members: {
        GlobalSecondaryIndexes: [
            {
                IndexName: "gsi",
                KeySchema: [{ AttributeName: "gk", KeyType: "HASH" }],
                Projection: { ProjectionType: "KEYS_ONLY" },
            },
        ],
        LocalSecondaryIndexes: [
            {
                IndexName: "lsi",
                KeySchema: [
                    { AttributeName: "pk", KeyType: "HASH" },
                    { AttributeName: "lk", KeyType: "RANGE" },
                ],
                Projection: { ProjectionType: "ALL" },
            },
        ],
    },
};

async function createTables(endpoint) {
    const names = {};
    for (const [table, keys] of Object.entries(TABLES)) {
        const TableName = `facts_${table}_${process.pid}`;
        const indexes = table === "indexed" ? INDEXES : null;
        if (indexes && options["no-indexes"]) continue;
        const answer = await endpoint.call("CreateTable", {
            TableName,
            BillingMode: "PAY_PER_REQUEST",
            AttributeDefinitions: [
                ...keys.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
                ...(indexes?.attributes ?? []),
            ],
            KeySchema: keys.map(({ name, kind }) => ({ AttributeName: name, KeyType: kind })),
            ...indexes?.members,
        });
        if (answer.error) {
            if (!indexes) throw new Error(`cannot create ${table}: ${answer.error}: ${answer.message}`);
            console.log(`SKIPPED: facts about indexes: ${answer.error}: ${answer.message}`);
            continue;
        }
        names[table] = TableName;
    }
    for (const TableName of Object.values(names)) await untilActive(endpoint, TableName);
    return names;
}

async function untilActive(endpoint, TableName) {
    const deadline = Date.now() + 30_000;
    for (;;) {
        const { body, error, message } = await endpoint.call("DescribeTable", { TableName });
        if (error) throw new Error(`DescribeTable: ${error}: ${message}`);
        const parts = [
            body.Table.TableStatus,
            ...(body.Table.GlobalSecondaryIndexes ?? []).map((i) => i.IndexStatus),
        ];
        if (parts.every((status) => status === "ACTIVE")) return;
        if (Date.now() > deadline) throw new Error(`${TableName} did not become ACTIVE`);
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

/** Puts the tables' real names and the fact's own word into every string, member names too. */
function expand(value, words) {
    if (typeof value === "string") return value.replace(/\{(\w+)\}/g, (all, word) => words[word] ?? all);
    if (value instanceof RegExp) {
        return new RegExp(
            value.source.replace(/\\\{(\w+)\\\}/g, (all, word) => words[word] ?? all),
            value.flags,
        );
    }
    if (Array.isArray(value)) return value.map((element) => expand(element, words));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [expand(k, words), expand(v, words)]));
}

/** What is wrong with an answer, or null. */
function misfit(fact, answer) {
    if (answer.error !== (fact.error ?? null)) {
        return `expected ${fact.error ?? "success"}, got ${describe(answer)}`;
    }
    const { message } = fact;
    const fits =
        message === undefined ||
        (message instanceof RegExp ? message.test(answer.message ?? "") : message === answer.message);
    if (!fits) return `expected ${message}\n      got      ${answer.message}`;
    if (fact.messageMember && fact.messageMember !== answer.messageMember) {
        return `expected the text under ${fact.messageMember}, got it under ${answer.messageMember}`;
    }
    for (const [member, expected] of Object.entries(fact.reply ?? {})) {
        const got = answer.body[member];
        if (expected instanceof RegExp ? !expected.test(JSON.stringify(got)) : !isDeepStrictEqual(got, expected)) {
            return `expected ${member} ${shorten(expected)}\n      got      ${shorten(got)}`;
        }
    }
    return null;
}

const describe = ({ error, message, body }) => (error ? `${error}: ${message}` : `success ${shorten(body)}`);
const shorten = (value) => {
    const text = inspect(value, { depth: 12, breakLength: Infinity, maxStringLength: 200 });
    return text.length > 900 ? `${text.slice(0, 900)}…` : text;
};

/** [table, item] pairs the fact puts into tables before, and keys that its request may write. */
function givenItems(fact) {
    if (!fact.given) return [];
    if (Array.isArray(fact.given)) return fact.given.map((item) => [fact.request.TableName, item]);
    return Object.entries(fact.given).flatMap(([table, items]) => items.map((item) => [table, item]));
}

function writtenItems(fact) {
    const { request } = fact;
    if (fact.operation === "BatchWriteItem") {
        return Object.entries(request.RequestItems ?? {}).flatMap(
            ([table, writes]) =>
                writes.filter?.((write) => write?.PutRequest?.Item).map((write) => [table, write.PutRequest.Item]) ??
                [],
        );
    }
    const written = request.Item ?? (fact.operation === "UpdateItem" ? request.Key : null);
    return written ? [[request.TableName, written]] : [];
}

async function check(endpoint, fact, keysOf) {
    const given = givenItems(fact);
    for (const [TableName, Item] of given) {
        const answer = await endpoint.call("PutItem", { TableName, Item });
        if (answer.error) return `preparation failed: ${describe(answer)}`;
    }
    const answer = await endpoint.call(fact.operation, fact.raw ?? fact.request);
    let problem = misfit(fact, answer);
    for (const [operation, request, reply] of problem ? [] : (fact.then ?? [])) {
        const after = misfit({ reply }, await endpoint.call(operation, request));
        if (after) problem ??= `afterwards ${operation}: ${after}`;
    }
    for (const [TableName, item] of [...given, ...writtenItems(fact)]) {
        const names = keysOf(TableName);
        if (!names?.every((name) => item[name])) continue;
        const Key = Object.fromEntries(names.map((name) => [name, item[name]]));
        await endpoint.call("DeleteItem", { TableName, Key });
    }
    return problem;
}

async function loadFacts() {
    const folder = new URL("./facts/", import.meta.url);
    const files = readdirSync(folder)
        .filter((file) => file.endsWith(".mjs") && file !== "words.mjs")
        .sort();
    const facts = [];
    for (const file of files) {
        const { default: list } = await import(new URL(file, folder));
        facts.push(...list.map((fact) => ({ ...fact, file })));
    }
    return facts;
}

async function main() {
    if (!options.endpoint) throw new Error("--endpoint URL is missing");
    const endpoint = new Endpoint(options.endpoint);
    const names = await createTables(endpoint);
    const keysOf = (tableName) => {
        const table = Object.keys(names).find((candidate) => names[candidate] === tableName);
        return table && TABLES[table].map(({ name }) => name);
    };
    const only = new RegExp(options.only);
    const counts = new Map();
    let skipped = 0;
    for (const [number, fact] of (await loadFacts()).entries()) {
        const title = `${fact.file} §${fact.section} ${fact.operation}: ${fact.name}`;
        if (!only.test(title)) continue;
        if (fact.needs === "indexes" && !names.indexed) {
            skipped++;
            continue;
        }
        const words = { ...names, id: `fact${number}` };
        const problem = await check(endpoint, { ...fact, ...expandFact(fact, words) }, keysOf);
        const count = counts.get(fact.file) ?? { held: 0, failed: 0 };
        count[problem ? "failed" : "held"]++;
        counts.set(fact.file, count);
        if (problem && options.brief) console.log(`FAILED ${title}`);
        else if (problem) {
            console.log(`FAILED ${title}\n      request  ${shorten(fact.raw ?? fact.request)}\n      ${problem}`);
        }
    }
    for (const TableName of Object.values(names)) await endpoint.call("DeleteTable", { TableName });
    report(counts, skipped);
    endpoint.close();
}

const expandFact = ({ request, given, message, reply, then, raw }, words) =>
    expand({ request, given, message, reply, then, raw }, words);

function report(counts, skipped) {
    let held = 0;
    let failed = 0;
    for (const [file, count] of counts) {
        console.log(`${file.padEnd(24)} ${String(count.held).padStart(4)} hold, ${count.failed} fail`);
        held += count.held;
        failed += count.failed;
    }
    console.log(`${held} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`);
    if (failed > 0 || held === 0) process.exitCode = 1;
}

await main();
