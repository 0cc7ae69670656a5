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

/**
 * {name, keys: [{name, type, kind, pool}], indexes: [{name, keys, global, projection, from, to, oursOnly}]}; `name` is
 * a stand-in. An index is there from step `from` on (0: from the table's creation) and before step `to`. One that has
 * several attributes in a part of its key is `oursOnly`, DynamoDB Local knows no such keys, and so is one that goes
 * (model.mjs).
 */
export function randomTable(random, name, withIndexes, stepCount) {
    const keys = [{ name: random.pick(["pk", "id", "hash"]), kind: "HASH" }];
    if (random.chance(0.65)) keys.push({ name: random.pick(["sk", "when", "at"]), kind: "RANGE" });
    for (const key of keys) {
        key.type = random.pick(SCALARS);
        key.pool = pool(random, key.type);
    }
    return { name, keys, indexes: withIndexes ? randomIndexes(random, keys, stepCount) : [] };
}

/** Attributes that lean to a scalar type serve as index keys. */
const INDEX_KEY_TYPES = { s2: "S", n2: "N", b: "B" };

function randomProjection(random) {
    return random.weighted([
        [3, { ProjectionType: "ALL" }],
        [1, { ProjectionType: "KEYS_ONLY" }],
        [1, { ProjectionType: "INCLUDE", NonKeyAttributes: ["n", "s"] }],
    ]);
}

function randomIndexes(random, tableKeys, stepCount) {
    const attributes = Object.entries(INDEX_KEY_TYPES).map(([name, type]) => ({
        name,
        type,
        pool: pool(random, type),
    }));
    const index = (name, keys, more) => ({
        name,
        keys,
        projection: randomProjection(random),
        from: 0,
        to: stepCount,
        global: true,
        oursOnly: false,
        ...more,
    });
    const indexes = [];
    if (random.chance(0.8)) {
        // The table's own keys serve too: most of all, the other way round.
        const from = random.chance(0.8) ? attributes : [...attributes, ...tableKeys];
        indexes.push(index("gsi", keyed(random.some(from, random.between(1, 2)), 1)));
    }
    if (random.chance(0.4)) {
        // DynamoDB Local does not always end the deletion of an index.
        const when = random.chance(0.6)
            ? { from: random.between(1, stepCount) }
            : { to: random.between(1, stepCount), oursOnly: true };
        indexes.push(index("gsi2", keyed(random.some(attributes, random.between(1, 2)), 1), when));
    }
    if (random.chance(0.3)) {
        const hashes = random.between(1, 2);
        const from = random.chance(0.3) ? random.between(1, stepCount) : 0;
        const parts = random.some([...attributes, ...tableKeys.slice(1)], 3);
        if (parts.length === 3) indexes.push(index("multi", keyed(parts, hashes), { from, oursOnly: true }));
    }
    if (tableKeys.length === 2) {
        for (const name of ["lsi", "lsi2"]) {
            if (!random.chance(0.6)) continue;
            indexes.push(index(name, keyed([tableKeys[0], random.pick(attributes)], 1), { global: false }));
        }
    }
    return indexes;
}

const keyed = (attributes, hashes) =>
    attributes.map((attribute, place) => ({ ...attribute, kind: place < hashes ? "HASH" : "RANGE" }));

/** The table as it is at a step. */
export const tableAt = (table, step) => ({
    ...table,
    indexes: table.indexes.filter(({ from, to }) => from <= step && step < to),
});

const schemaOf = (keys) => keys.map(({ name, kind }) => ({ AttributeName: name, KeyType: kind }));
const definitionsOf = (keys) =>
    [...new Map(keys.map((key) => [key.name, key.type]))].map(([name, type]) => ({
        AttributeName: name,
        AttributeType: type,
    }));
const indexRequest = ({ name, keys, projection }) => ({
    IndexName: name,
    KeySchema: schemaOf(keys),
    Projection: projection,
});

/** The steps that make an index come or go before step `at`. */
export function indexChanges(table, at) {
    const step = (index, change, definitions) => ({
        operation: "UpdateTable",
        walk: false,
        oursOnly: index.oursOnly,
        request: { TableName: table.name, ...definitions, GlobalSecondaryIndexUpdates: [change] },
    });
    const comes = table.indexes.filter(({ from }) => at > 0 && from === at);
    const goes = table.indexes.filter(({ to }) => to === at);
    return [
        ...comes.map((index) =>
            step(index, { Create: indexRequest(index) }, { AttributeDefinitions: definitionsOf(index.keys) }),
        ),
        ...goes.map((index) => step(index, { Delete: { IndexName: index.name } })),
    ];
}

export function createRequest(table, TableName) {
    const globals = table.indexes.filter(({ global }) => global).map(indexRequest);
    const locals = table.indexes.filter(({ global }) => !global).map(indexRequest);
    return {
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: schemaOf(table.keys),
        AttributeDefinitions: definitionsOf([...table.keys, ...table.indexes.flatMap(({ keys }) => keys)]),
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
/**
 * Index key attributes are often there, and must keep their type, or the write is refused: only sometimes are they
 * broken on purpose.
 */
export function fitIndexKeys(random, table, item) {
    for (const { name, type, pool: values } of table.indexes.flatMap(({ keys }) => keys)) {
        if (table.keys.some((key) => key.name === name)) continue;
        if (!item[name] && random.chance(0.6)) item[name] = random.pick(values);
        if (item[name] && !(type in item[name]) && random.chance(0.95)) item[name] = random.pick(values);
        if (item[name] && ["S", "B"].some((empty) => item[name][empty] === "")) item[name] = random.pick(values);
    }
    return item;
}

/** A start key for reading `index`: of table and index, mostly complete. */
export function indexStartKey(random, table, index) {
    const key = { ...randomKey(random, table) };
    for (const { name, pool: values } of index.keys) {
        key[name] ??= random.chance(0.9) ? random.pick(values) : keyValue(random, random.pick(SCALARS) ?? type);
    }
    if (random.chance(0.1)) delete key[random.pick(index.keys).name];
    return key;
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
