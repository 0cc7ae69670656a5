// `npm run verify -- TABLE`: walks a table and each of its indexes through the public API, and reports every difference
// between an index and what the table's items say should be in it. Exit code 1 when there is one.
import { createHash } from "node:crypto";
import { DescribeTableCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { Progress, connect, readCommandLine, readCount } from "./client.mjs";

const USAGE = `npm run verify -- TABLE [options]

  --endpoint URL  the server (default $DYNAMODB_ENDPOINT or http://localhost:8000)
  --segments N    segments that are scanned in parallel (default 4)
  --help          print this

Global indexes follow their table a little later: what is written meanwhile may be reported as a difference.`;

// Longer keys stay out of an index, though not out of a table that had them before the index was created.
const HASH_BYTES_MAX = 2048;
const RANGE_BYTES_MAX = 1024;

const options = readCommandLine(USAGE, { segments: { type: "string", default: "4" } });
const segments = readCount(options, "segments", 1000);
const client = connect(options.endpoint);
try {
    const differences = await verify();
    console.log(differences === 0 ? "no difference" : `${differences} differences`);
    process.exitCode = differences === 0 ? 0 : 1;
} catch (error) {
    console.error(`verify of ${options.table}: ${error.message}`);
    process.exitCode = 1;
}

async function verify() {
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName: options.table }));
    const indexes = readIndexes(table);
    const progress = new Progress("read", 0);
    await scan({ ConsistentRead: true }, (item) => {
        progress.add(1);
        const key = text(subset(item, namesOf(table)));
        for (const index of indexes) {
            if (belongsTo(index, item)) index.expected.set(key, digest(subset(item, index.names)));
        }
    });
    for (const index of indexes) {
        await scan({ IndexName: index.name, ConsistentRead: index.isLocal }, (entry) => {
            progress.add(1);
            const key = text(subset(entry, namesOf(table)));
            compare(index, key, entry);
        });
        for (const key of index.expected.keys()) report(index, "lacks", key);
    }
    progress.finish();
    return indexes.reduce((sum, index) => sum + index.differences, 0);
}

// What the description says about each index that can be read; `expected` maps an item's key to its entry's digest.
function readIndexes(table) {
    const types = new Map(table.AttributeDefinitions.map((one) => [one.AttributeName, one.AttributeType]));
    const read = (isLocal) => (index) => ({
        name: index.IndexName,
        isLocal,
        status: isLocal ? "ACTIVE" : index.IndexStatus,
        keys: index.KeySchema.map((one) => ({
            name: one.AttributeName, isHash: one.KeyType === "HASH", type: types.get(one.AttributeName),
        })),
        names: index.Projection.ProjectionType === "ALL"
            ? null
            : [...namesOf(table), ...namesOf(index), ...(index.Projection.NonKeyAttributes ?? [])],
        expected: new Map(),
        seen: new Set(),
        differences: 0,
    });
    const indexes = [
        ...(table.LocalSecondaryIndexes ?? []).map(read(true)),
        ...(table.GlobalSecondaryIndexes ?? []).map(read(false)),
    ];
    for (const index of indexes) {
        if (index.status !== "ACTIVE") console.error(`${index.name} is ${index.status}: not checked`);
    }
    return indexes.filter((index) => index.status === "ACTIVE");
}

async function scan(request, visit) {
    const walk = async (segment) => {
        let from;
        do {
            const page = await client.send(new ScanCommand({
                TableName: options.table, Segment: segment, TotalSegments: segments, ExclusiveStartKey: from,
                ...request,
            }));
            page.Items.forEach(visit);
            from = page.LastEvaluatedKey;
        } while (from !== undefined);
    };
    await Promise.all(Array.from({ length: segments }, (_, segment) => walk(segment)));
}

// The sparse rule: every key attribute is there, of its type, not empty and not too long.
function belongsTo(index, item) {
    const bytes = { true: 0, false: 0 };
    for (const { name, isHash, type } of index.keys) {
        const value = item[name]?.[type];
        if (value === undefined || value.length === 0) return false;
        if (type !== "N") bytes[isHash] += Buffer.byteLength(value);
    }
    return bytes.true <= HASH_BYTES_MAX && bytes.false <= RANGE_BYTES_MAX;
}

function compare(index, key, entry) {
    if (index.seen.has(key)) return report(index, "has twice", key);
    index.seen.add(key);
    const expected = index.expected.get(key);
    index.expected.delete(key);
    if (expected === undefined) report(index, "should not have", key);
    else if (expected !== digest(entry)) report(index, "has another version of", key);
}

function report(index, what, key) {
    index.differences++;
    console.log(`${index.name} ${what} ${key}`);
}

function namesOf(described) {
    return described.KeySchema.map((one) => one.AttributeName);
}

// names null: all attributes.
function subset(item, names) {
    return Object.fromEntries(Object.entries(item).filter(([name]) => names === null || names.includes(name)));
}

// One text for equal items: names and the members of sets in order.
function text(item) {
    return JSON.stringify(ordered({ M: item }).M);
}

function ordered(value) {
    if (value.M !== undefined) {
        const entries = Object.entries(value.M).sort(([a], [b]) => (a < b ? -1 : 1));
        return { M: Object.fromEntries(entries.map(([name, member]) => [name, ordered(member)])) };
    }
    if (value.L !== undefined) return { L: value.L.map(ordered) };
    if (value.B !== undefined) return { B: base64(value.B) };
    if (value.BS !== undefined) return { BS: value.BS.map(base64).sort() };
    if (value.SS !== undefined) return { SS: [...value.SS].sort() };
    if (value.NS !== undefined) return { NS: [...value.NS].sort() };
    return value;
}

function base64(bytes) {
    return Buffer.from(bytes).toString("base64");
}

function digest(item) {
    return createHash("sha256").update(text(item)).digest("base64").slice(0, 22);
}
