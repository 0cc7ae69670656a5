// Random tables: key schemas of every type, and the pools of keys that make requests meet each other.
import { stringText, numberText, binaryText, canonicalNumber } from "./values.mjs";

const SCALARS = ["S", "N", "B"];
const POOL_KEYS = 6;

/** A key value of a type; never empty. */
export function keyValue(random, type) {
    if (type === "S") return { S: stringText(random) || "k" };
    if (type === "N") return { N: numberText(random) };
    return { B: binaryText(random) || "AA==" };
}

function pool(random, type) {
    const values = [];
    const seen = new Set();
    while (values.length < POOL_KEYS) {
        const made = keyValue(random, type);
        const identity = type === "N" ? canonicalNumber(made.N) : (made.S ?? made.B);
        if (seen.has(identity)) continue;
        seen.add(identity);
        values.push(made);
    }
    return values;
}

/** {name, keys: [{name, type, kind, pool}], indexes: [{name, keys, global, projection}]}; `name` is a stand-in. */
export function randomTable(random, name, withIndexes) {
    const keys = [{ name: random.pick(["pk", "id", "hash"]), kind: "HASH" }];
    if (random.chance(0.65)) keys.push({ name: random.pick(["sk", "when", "at"]), kind: "RANGE" });
    for (const key of keys) {
        key.type = random.pick(SCALARS);
        key.pool = pool(random, key.type);
    }
    return { name, keys, indexes: withIndexes ? randomIndexes(random, keys) : [] };
}

function randomIndexes(random, keys) {
    const indexes = [];
    const projection = () =>
        random.weighted([
            [3, { ProjectionType: "ALL" }],
            [1, { ProjectionType: "KEYS_ONLY" }],
            [1, { ProjectionType: "INCLUDE", NonKeyAttributes: ["n", "s"] }],
        ]);
    // Attributes that lean to a scalar type serve as index keys.
    const scalars = () => ({ s2: "S", n2: "N", b: "B" });
    const key = (name, kind) => ({ name, kind, type: scalars()[name] });
    if (random.chance(0.8)) {
        const names = random.some(Object.keys(scalars()), random.between(1, 2));
        indexes.push({
            name: "gsi",
            global: true,
            projection: projection(),
            keys: names.map((name, place) => key(name, place === 0 ? "HASH" : "RANGE")),
        });
    }
    if (keys.length === 2 && random.chance(0.8)) {
        const sort = key(random.pick(Object.keys(scalars())), "RANGE");
        indexes.push({ name: "lsi", global: false, projection: projection(), keys: [{ ...keys[0] }, sort] });
    }
    return indexes;
}

export function createRequest(table, TableName) {
    const schema = (keys) => keys.map(({ name, kind }) => ({ AttributeName: name, KeyType: kind }));
    const types = new Map([...table.keys, ...table.indexes.flatMap(({ keys }) => keys)].map((k) => [k.name, k.type]));
    const index = ({ name, keys, projection }) => ({
        IndexName: name,
        KeySchema: schema(keys),
        Projection: projection,
    });
    const globals = table.indexes.filter(({ global }) => global).map(index);
    const locals = table.indexes.filter(({ global }) => !global).map(index);
    return {
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: schema(table.keys),
        AttributeDefinitions: [...types].map(([name, type]) => ({ AttributeName: name, AttributeType: type })),
        ...(globals.length > 0 && { GlobalSecondaryIndexes: globals }),
        ...(locals.length > 0 && { LocalSecondaryIndexes: locals }),
    };
}

/** A key of the table, mostly from its pools. */
export function randomKey(random, table) {
    return Object.fromEntries(
        table.keys.map(({ name, type, pool: values }) => [
            name,
            random.chance(0.97) ? random.pick(values) : keyValue(random, type),
        ]),
    );
}

/** A key that does not fit the table, in one way. */
export function brokenKey(random, table) {
    const key = randomKey(random, table);
    const { name, type } = random.pick(table.keys);
    switch (random.below(6)) {
        case 0:
            delete key[name];
            break;
        case 1:
            key.extra = { S: "x" };
            break;
        case 2:
            key[name] = keyValue(random, random.pick(SCALARS.filter((other) => other !== type)));
            break;
        case 3:
            key[name] = type === "B" ? { B: "" } : { S: "" };
            break;
        case 4:
            key[name] = random.pick([{ BOOL: true }, { L: [] }, { M: {} }, { NULL: true }, { SS: ["a"] }]);
            break;
        default:
            key[name] = type === "N" ? { N: "x" } : { [type]: type === "B" ? "AAAA".repeat(800) : "k".repeat(2100) };
    }
    return key;
}

export const keyOf = (table, item) => Object.fromEntries(table.keys.map(({ name }) => [name, item[name]]));
/** Index key attributes must keep their type, or the write is refused: only sometimes are they broken on purpose. */
export function fitIndexKeys(random, table, item) {
    for (const { name, type } of table.indexes.flatMap(({ keys }) => keys)) {
        if (item[name] && !(type in item[name]) && random.chance(0.95)) item[name] = keyValue(random, type);
        if (item[name] && ["S", "B"].some((empty) => item[name][empty] === "")) item[name] = keyValue(random, type);
    }
    return item;
}

/** The keys a step may write, as far as the request says them. */
export function keysWritten(table, { operation, request }) {
    if (request.Key) return operation === "GetItem" ? [] : [request.Key];
    if (request.Item) return [keyOf(table, request.Item)];
    const writes = operation === "BatchWriteItem" ? Object.values(request.RequestItems).flat() : [];
    const actions =
        operation === "TransactWriteItems" ? request.TransactItems.map((action) => Object.values(action)[0]) : [];
    return [
        ...writes.map(
            (write) => write.DeleteRequest?.Key ?? (write.PutRequest?.Item && keyOf(table, write.PutRequest.Item)),
        ),
        ...actions.map(({ Key, Item }) => Key ?? keyOf(table, Item)),
    ].filter(Boolean);
}
