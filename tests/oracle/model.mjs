// Indexes that DynamoDB Local has not: what a read of one should give is worked out from a Scan of its table, filtered
// by DynamoDB Local itself.
import { STAND_IN, withTable } from "./execute.mjs";
import { entryOf, itemIdentity, keyIdentity, valueIdentity } from "./index_entries.mjs";

/** A step carries `model`: {index, equals: [[name, value]], last: null or {name, operator, values}}. */
export const isAgainstModel = (step) => step.model !== undefined;

/** A walk over `index`, all of it or by a key condition: all HASH attributes, and some of the RANGE ones. */
export function modelStep(random, table, index, operation, { expressions, reading, pickValue }) {
    const model = { index: index.name, equals: [], last: null };
    const conditions = operation === "Query" ? keyConditions(random, index, expressions, model, pickValue) : {};
    return {
        walk: true,
        model,
        request: {
            TableName: STAND_IN,
            IndexName: index.name,
            ...conditions,
            ...reading,
            ...expressions.members(),
        },
    };
}

function keyConditions(random, index, expressions, model, pickValue) {
    const hashes = index.keys.filter(({ kind }) => kind === "HASH");
    const ranges = index.keys.filter(({ kind }) => kind === "RANGE");
    const equal = [...hashes, ...ranges.slice(0, random.below(ranges.length + 1))];
    model.equals = equal.map((key) => [key.name, pickValue(key)]);
    const clauses = model.equals.map(([name, value]) => `${expressions.name(name)} = ${expressions.value(value)}`);
    const next = index.keys[equal.length];
    if (next && random.chance(0.5)) {
        model.last = { name: next.name, operator: random.pick(["<", "<=", ">", ">="]), value: pickValue(next) };
        const { operator, value } = model.last;
        clauses.push(`${expressions.name(next.name)} ${operator} ${expressions.value(value)}`);
    }
    return { KeyConditionExpression: (random.chance(0.3) ? clauses.reverse() : clauses).join(" AND ") };
}

/** What `execute` would give for the step: all in one page. */
export async function expectedAnswer(endpoint, table, step, tableName) {
    const { model } = step;
    const index = table.indexes.find(({ name }) => name === model.index);
    const request = withTable(step.request, tableName);
    const items = await scan(endpoint, tableName, {});
    const { FilterExpression } = request;
    const passing = FilterExpression ? await scan(endpoint, tableName, filterMembers(request)) : items;
    const passed = new Set(passing.map((item) => keyIdentity(table.keys, item)));
    const evaluated = items.filter((item) => entryOf(table, index, item) && fits(model, item));
    const shown = evaluated.filter((item) => passed.has(keyIdentity(table.keys, item)));
    const body = { Count: shown.length, ScannedCount: evaluated.length };
    if (request.Select !== "COUNT") {
        const entries = shown.map((item) => entryOf(table, index, item));
        body.Items = entries.sort((a, b) => order(index, a, b) || (itemIdentity(a) < itemIdentity(b) ? -1 : 1));
        if (request.ScanIndexForward === false) body.Items.reverse();
    }
    const answer = { status: 200, error: null, message: null, body };
    return { answer, pages: [{ segment: null, request, answer }] };
}

async function scan(endpoint, TableName, more) {
    const items = [];
    let ExclusiveStartKey;
    do {
        const request = { TableName, ConsistentRead: true, ExclusiveStartKey, ...more };
        const { error, message, body } = await endpoint.call("Scan", request);
        if (error) throw new Error(`${endpoint.name} cannot scan for the model: ${error}: ${message}`);
        items.push(...body.Items);
        ExclusiveStartKey = body.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    return items;
}

/** The filter with the names and values that it uses. */
function filterMembers({ FilterExpression, ExpressionAttributeNames, ExpressionAttributeValues }) {
    const used = new Set(FilterExpression.match(/[#:]\w+/g));
    const members = { FilterExpression };
    for (const [map, all] of Object.entries({ ExpressionAttributeNames, ExpressionAttributeValues })) {
        const entries = Object.entries(all ?? {}).filter(([name]) => used.has(name));
        if (entries.length > 0) members[map] = Object.fromEntries(entries);
    }
    return members;
}

function fits({ equals, last }, item) {
    if (!equals.every(([name, value]) => valueIdentity(item[name]) === valueIdentity(value))) return false;
    if (!last) return true;
    const sign = compareValues(item[last.name], last.value);
    return { "<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0 }[last.operator];
}

function order(index, a, b) {
    for (const { name, kind } of index.keys) {
        const sign = kind === "RANGE" ? compareValues(a[name], b[name]) : 0;
        if (sign !== 0) return sign;
    }
    return 0;
}

/** Key values of one type, in DynamoDB's order. */
export function compareValues(a, b) {
    if (a.N !== undefined) return compareNumbers(a.N, b.N);
    const [one, other] = [a, b].map(({ S, B }) => (S === undefined ? Buffer.from(B, "base64") : Buffer.from(S)));
    return Buffer.compare(one, other);
}

/** Exact, whatever the number of digits: both as whole numbers of the smallest place. */
function compareNumbers(a, b) {
    const parts = [a, b].map((text) => {
        const [, sign, whole, fraction, exponent] = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
        const digits = BigInt(`${sign === "-" ? "-" : ""}${whole}${fraction}`);
        return { digits, scale: Number(exponent ?? 0) - fraction.length };
    });
    const scale = Math.min(...parts.map((part) => part.scale));
    const [one, other] = parts.map((part) => part.digits * 10n ** BigInt(part.scale - scale));
    return one < other ? -1 : one > other ? 1 : 0;
}
