// Random requests of every operation, most of them valid, some broken in one way.
// A step is {operation, request, walk}: a walk follows LastEvaluatedKey to the end on each side by itself.
import { ATTRIBUTE_NAMES, attributes, brokenValue } from "./values.mjs";
import { projectedNames } from "./index_entries.mjs";
import { modelStep } from "./model.mjs";
import { brokenKey, fitIndexKeys, indexStartKey, keyValue, randomKey } from "./tables.mjs";
import { Expressions, brokenExpression } from "./expressions.mjs";
import * as legacy from "./legacy.mjs";

const CAPACITY = ["INDEXES", "TOTAL", "NONE"];
const SELECTS = [
    [12, "COUNT"],
    [6, "ALL_ATTRIBUTES"],
    [2, "ALL_PROJECTED_ATTRIBUTES"],
    [1, "SPECIFIC_ATTRIBUTES"],
];
const FAULT = 0.22;
const LEGACY = 0.15;

const maybe = (random, probability, make) => (random.chance(probability) ? make() : {});
const capacity = (random) => maybe(random, 0.35, () => ({ ReturnConsumedCapacity: random.pick(CAPACITY) }));
const item = (random, table) => fitIndexKeys(random, table, { ...attributes(random), ...randomKey(random, table) });

/** Now and then one that moves an entry of an index, or takes it away. */
function updateExpression(random, expressions, table) {
    const keys = table.indexes.flatMap((index) => index.keys).filter(({ name }) => !isTableKey(table, name));
    if (keys.length === 0 || random.chance(0.7)) return { UpdateExpression: expressions.update() };
    const key = random.pick(keys);
    if (random.chance(0.3)) return { UpdateExpression: `REMOVE ${expressions.name(key.name)}` };
    return { UpdateExpression: `SET ${expressions.name(key.name)} = ${expressions.value(random.pick(key.pool))}` };
}

const isTableKey = (table, name) => table.keys.some((key) => key.name === name);

function expressionCondition(random, expressions, table) {
    const names = [...ATTRIBUTE_NAMES, ...table.keys.map(({ name }) => name)];
    return maybe(random, 0.4, () => ({
        ConditionExpression: expressions.condition(names),
        ...maybe(random, 0.4, () => ({
            ReturnValuesOnConditionCheckFailure: random.pick(["ALL_OLD", "ALL_OLD", "NONE"]),
        })),
    }));
}

/** Conditions of a write: Expected, an expression, or none. */
const condition = (random, expressions, table) =>
    random.chance(LEGACY / 2) ? legacy.expected(random) : expressionCondition(random, expressions, table);

const OPERATIONS = {
    PutItem(random, table) {
        const expressions = new Expressions(random);
        return {
            request: {
                TableName: table.name,
                Item: item(random, table),
                ...condition(random, expressions, table),
                ...maybe(random, 0.4, () => ({ ReturnValues: random.pick(["ALL_OLD", "ALL_OLD", "NONE"]) })),
                ...capacity(random),
                ...expressions.members(),
            },
        };
    },

    UpdateItem(random, table) {
        const expressions = new Expressions(random);
        const old = random.chance(LEGACY);
        const change = random.chance(0.04)
            ? {}
            : old
              ? legacy.attributeUpdates(random)
              : updateExpression(random, expressions, table);
        const when = old
            ? maybe(random, 0.4, () => legacy.expected(random))
            : expressionCondition(random, expressions, table);
        return {
            request: {
                TableName: table.name,
                Key: randomKey(random, table),
                ...change,
                ...when,
                ...maybe(random, 0.6, () => ({
                    ReturnValues: random.pick(["ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW", "NONE"]),
                })),
                ...capacity(random),
                ...expressions.members(),
            },
        };
    },

    DeleteItem(random, table) {
        const expressions = new Expressions(random);
        return {
            request: {
                TableName: table.name,
                Key: randomKey(random, table),
                ...condition(random, expressions, table),
                ...maybe(random, 0.4, () => ({ ReturnValues: random.pick(["ALL_OLD", "ALL_OLD", "NONE"]) })),
                ...capacity(random),
                ...expressions.members(),
            },
        };
    },

    GetItem(random, table) {
        const expressions = new Expressions(random);
        return {
            request: {
                TableName: table.name,
                Key: randomKey(random, table),
                ...projection(random, expressions),
                ...maybe(random, 0.5, () => ({ ConsistentRead: random.chance(0.7) })),
                ...capacity(random),
                ...expressions.members(),
            },
        };
    },

    Query(random, table) {
        const index = table.indexes.length > 0 && random.chance(0.5) ? random.pick(table.indexes) : null;
        const expressions = new Expressions(random);
        if (index?.oursOnly) return modelRead(random, table, index, "Query", expressions);
        const keys = (index ?? table).keys.map((key) => ({ ...key, value: () => queryValue(random, key) }));
        const old = random.chance(LEGACY);
        const conditions = old ? legacy.keyConditions(random, keys) : keyExpression(random, expressions, keys);
        return {
            walk: random.chance(0.6),
            sortedBy: index ? keys.filter(({ kind }) => kind === "RANGE").map(({ name }) => name) : undefined,
            request: {
                TableName: table.name,
                ...(index && { IndexName: index.name }),
                ...conditions,
                ...maybe(random, 0.4, () => ({ ScanIndexForward: random.chance(0.3) })),
                ...reading(random, table, expressions, { old, kind: "Query", index }),
                ...expressions.members(),
            },
        };
    },

    Scan(random, table) {
        const index = table.indexes.length > 0 && random.chance(0.3) ? random.pick(table.indexes) : null;
        const expressions = new Expressions(random);
        if (index?.oursOnly) return modelRead(random, table, index, "Scan", expressions);
        const old = random.chance(LEGACY);
        const walk = random.chance(0.8);
        const segments = maybe(random, 0.25, () => ({ TotalSegments: random.pick([1, 2, 3, 7]) }));
        return {
            walk,
            request: {
                TableName: table.name,
                ...(index && { IndexName: index.name }),
                ...reading(random, table, expressions, { old, kind: "Scan", index }),
                ...segments,
                ...expressions.members(),
            },
        };
    },

    BatchGetItem(random, table) {
        const expressions = new Expressions(random);
        const Keys = distinctKeys(
            table,
            Array.from({ length: random.between(1, 8) }, () => randomKey(random, table)),
        );
        if (random.chance(0.03)) Keys.push(Keys[0]);
        return {
            request: {
                RequestItems: {
                    [table.name]: {
                        Keys,
                        ...projection(random, expressions),
                        ...maybe(random, 0.5, () => ({ ConsistentRead: random.chance(0.7) })),
                        ...expressions.members(),
                    },
                },
                ...capacity(random),
            },
        };
    },

    BatchWriteItem(random, table) {
        const keys = distinctKeys(
            table,
            Array.from({ length: random.between(1, 8) }, () => randomKey(random, table)),
        );
        const writes = keys.map((Key) =>
            random.chance(0.7)
                ? { PutRequest: { Item: fitIndexKeys(random, table, { ...attributes(random), ...Key }) } }
                : { DeleteRequest: { Key } },
        );
        if (random.chance(0.03)) writes.push({ DeleteRequest: { Key: keys[0] } });
        return { request: { RequestItems: { [table.name]: writes }, ...capacity(random) } };
    },

    TransactWriteItems(random, table) {
        const keys = distinctKeys(
            table,
            Array.from({ length: random.between(1, 5) }, () => randomKey(random, table)),
        );
        const TransactItems = keys.map((Key) => transactAction(random, table, Key));
        return { request: { TransactItems, ...capacity(random) } };
    },

    TransactGetItems(random, table) {
        const TransactItems = Array.from({ length: random.between(1, 5) }, () => {
            const expressions = new Expressions(random);
            const shown = maybe(random, 0.4, () => ({ ProjectionExpression: expressions.projection() }));
            return {
                Get: { TableName: table.name, Key: randomKey(random, table), ...shown, ...expressions.members() },
            };
        });
        return { request: { TransactItems, ...capacity(random) } };
    },
};

export const OPERATION_NAMES = Object.keys(OPERATIONS);

function transactAction(random, table, Key) {
    const expressions = new Expressions(random);
    const shared = { TableName: table.name };
    const when = maybe(random, 0.3, () => ({
        ConditionExpression: expressions.condition(),
        ...maybe(random, 0.4, () => ({ ReturnValuesOnConditionCheckFailure: "ALL_OLD" })),
    }));
    return random.weighted([
        [
            4,
            () => ({
                Put: { ...shared, Item: { ...attributes(random), ...Key }, ...when, ...expressions.members() },
            }),
        ],
        [
            3,
            () => ({
                Update: { ...shared, Key, UpdateExpression: expressions.update(), ...when, ...expressions.members() },
            }),
        ],
        [2, () => ({ Delete: { ...shared, Key, ...when, ...expressions.members() } })],
        [
            1,
            () => ({
                ConditionCheck: {
                    ...shared,
                    Key,
                    ConditionExpression: expressions.condition(),
                    ...expressions.members(),
                },
            }),
        ],
    ])();
}

function projection(random, expressions) {
    if (random.chance(0.3)) return { ProjectionExpression: expressions.projection() };
    if (random.chance(0.08)) return { AttributesToGet: random.some(ATTRIBUTE_NAMES, random.between(1, 3)) };
    return {};
}

/** Filter, Limit, Select, projection, consistency: what Query and Scan share. */
function reading(random, table, expressions, { old, kind, index }) {
    const keyed = new Set((index ?? table).keys.map(({ name }) => name));
    // What a global index does not hold no Scan of it can filter by; DynamoDB Local does, by the item.
    const held = kind === "Scan" && index?.global ? projectedNames(table, index) : null;
    const names = ATTRIBUTE_NAMES.filter(
        (name) => (kind === "Scan" || !keyed.has(name) || random.chance(0.02)) && (held?.has(name) ?? true),
    );
    let filter = {};
    if (old && random.chance(0.6)) {
        const { filter: conditions, joined } = legacy.filter(random, names);
        filter = { [`${kind}Filter`]: conditions, ...joined };
    } else if (!old && random.chance(0.4)) {
        filter = { FilterExpression: expressions.condition(names) };
    }
    const shown = random.chance(0.2)
        ? { Select: random.weighted(SELECTS) }
        : old
          ? maybe(random, 0.3, () => ({ AttributesToGet: random.some(ATTRIBUTE_NAMES, random.between(1, 3)) }))
          : maybe(random, 0.3, () => ({ ProjectionExpression: expressions.projection() }));
    return {
        ...filter,
        ...shown,
        ...maybe(random, 0.4, () => ({ Limit: random.between(1, 6) })),
        ...(index?.global
            ? maybe(random, 0.05, () => ({ ConsistentRead: true }))
            : maybe(random, 0.5, () => ({ ConsistentRead: random.chance(0.8) }))),
        ...capacity(random),
    };
}

/** A walk over an index that is ours alone: no filters on attributes that it lacks, and no projections. */
function modelRead(random, table, index, operation, expressions) {
    const { NonKeyAttributes, ProjectionType } = index.projection;
    const keyed = new Set([...index.keys, ...table.keys].map(({ name }) => name));
    const held = ProjectionType === "ALL" ? ATTRIBUTE_NAMES : (NonKeyAttributes ?? []);
    const names = held.filter((name) => !keyed.has(name));
    const reading = {
        ...maybe(random, names.length > 0 ? 0.3 : 0, () => ({
            FilterExpression: `attribute_exists(${expressions.name(random.pick(names))})`,
        })),
        ...maybe(random, 0.2, () => ({ Select: random.pick(["COUNT", "ALL_PROJECTED_ATTRIBUTES"]) })),
        ...maybe(random, 0.5, () => ({ Limit: random.between(1, 6) })),
        ...(operation === "Query"
            ? maybe(random, 0.4, () => ({ ScanIndexForward: random.chance(0.3) }))
            : maybe(random, 0.3, () => ({ TotalSegments: random.pick([1, 2, 3, 7]) }))),
    };
    const pickValue = (key) => queryValue(random, key);
    const step = modelStep(random, table, index, operation, { expressions, reading, pickValue });
    if (operation === "Query") {
        step.sortedBy = index.keys.filter(({ kind }) => kind === "RANGE").map(({ name }) => name);
    }
    return step;
}

const queryValue = (random, key) =>
    key.pool && random.chance(0.95) ? random.pick(key.pool) : keyValue(random, key.type);

/** Two key values, mostly in order: the wrong order is refused. */
function bounds(random, key) {
    const pair = [key.value(), key.value()];
    if (random.chance(0.05)) return pair;
    const place = ({ S, N, B }) =>
        N === undefined ? Buffer.from(S ?? B, S === undefined ? "base64" : "utf8") : Number(N);
    const [a, b] = pair.map(place);
    const ordered = typeof a === "number" ? a <= b : Buffer.compare(a, b) <= 0;
    return ordered ? pair : pair.reverse();
}

function keyExpression(random, expressions, [hash, range]) {
    const clauses = [`${expressions.name(hash.name)} = ${expressions.value(hash.value())}`];
    if (range && random.chance(0.6)) {
        const name = expressions.name(range.name);
        clauses.push(
            random.weighted([
                [5, () => `${name} ${random.pick(["=", "<", "<=", ">", ">="])} ${expressions.value(range.value())}`],
                [1, () => `${expressions.value(range.value())} ${random.pick(["=", "<", "<=", ">", ">="])} ${name}`],
                [
                    2,
                    () =>
                        `${name} BETWEEN ${expressions.value(range.value())} AND ${expressions.value(range.value())}`,
                ],
                [range.type === "N" ? 0 : 2, () => `begins_with(${name}, ${expressions.value(range.value())})`],
            ])(),
        );
    }
    return { KeyConditionExpression: (random.chance(0.2) ? clauses.reverse() : clauses).join(" AND ") };
}

function distinctKeys(table, keys) {
    const seen = new Set();
    const identity = (key) =>
        JSON.stringify(
            table.keys.map(({ name, pool }) => {
                const place = pool.findIndex((value) => value === key[name]);
                return place >= 0 ? place : key[name];
            }),
        );
    return keys.filter((key) => !seen.has(identity(key)) && seen.add(identity(key)));
}

const LEGACY_MEMBERS = [
    "Expected",
    "ConditionalOperator",
    "AttributeUpdates",
    "AttributesToGet",
    "KeyConditions",
    "QueryFilter",
    "ScanFilter",
];
const isLegacy = ({ request }) =>
    [request, ...Object.values(request.RequestItems ?? {})].some((part) => LEGACY_MEMBERS.some((name) => part[name]));

/** One step for `table` by one of `operations`; without parameters from before expressions unless `legacy`. */
export function randomStep(random, table, { operations, legacy: withLegacy }) {
    for (;;) {
        const operation = random.weighted(operations.map((name) => [WEIGHTS[name], name]));
        const { request, walk = false, ...more } = OPERATIONS[operation](random, table);
        const step = { operation, request, walk, ...more };
        if (!step.model && random.chance(FAULT)) breakStep(random, table, step);
        // Only a walk may leave the segment open: it visits all of them.
        if (!step.walk && step.request.TotalSegments && random.chance(0.9)) step.request.Segment = 0;
        if (withLegacy || !isLegacy(step)) return step;
    }
}

const WEIGHTS = {
    PutItem: 10,
    UpdateItem: 10,
    DeleteItem: 3,
    GetItem: 4,
    Query: 6,
    Scan: 3,
    BatchGetItem: 2,
    BatchWriteItem: 3,
    TransactWriteItems: 4,
    TransactGetItems: 2,
};

const EXPRESSION_MEMBERS = [
    "ConditionExpression",
    "UpdateExpression",
    "FilterExpression",
    "ProjectionExpression",
    "KeyConditionExpression",
];

/** Members no server accepts, or not here. */
function badMembers({ request }) {
    const writes = request.Item || request.Key || request.RequestItems;
    return [
        { ReturnValues: "SOME" },
        { Select: "x" },
        { Limit: 0 },
        { Limit: -1 },
        { ReturnItemCollectionMetrics: "x" },
        { IndexName: "nope" },
        { ReturnValues: "UPDATED_NEW" },
        { ConditionalOperator: "AND" },
        { Segment: 3, TotalSegments: 3 },
        { Segment: 1 },
        { ReturnValuesOnConditionCheckFailure: "x" },
        ...(request.TableName ? [{ TableName: "no_such_table" }] : []),
        // DynamoDB Local reads this member last: it refuses a write that it has carried out.
        ...(writes ? [] : [{ ReturnConsumedCapacity: "ALL" }]),
    ];
}

/** Spoils a step in one way, mostly one that DynamoDB refuses. */
function breakStep(random, table, step) {
    const { request } = step;
    const expressions = EXPRESSION_MEMBERS.filter((member) => request[member]);
    const faults = [
        [2, () => Object.assign(request, random.pick(badMembers(step)))],
        [
            expressions.length > 0 ? 8 : 0,
            () => {
                const member = random.pick(expressions);
                request[member] = brokenExpression(random, request[member]);
            },
        ],
        [
            request.Key || request.Item ? 3 : 0,
            () => {
                const key = brokenKey(random, table);
                if (request.Key) request.Key = key;
                else {
                    for (const { name } of table.keys) delete request.Item[name];
                    Object.assign(request.Item, key);
                }
            },
        ],
        [
            request.Item ? 3 : 0,
            () => {
                request.Item[random.pick(ATTRIBUTE_NAMES)] = brokenValue(random);
            },
        ],
        [
            request.ExpressionAttributeValues ? 3 : 0,
            () => {
                request.ExpressionAttributeValues[random.pick(Object.keys(request.ExpressionAttributeValues))] =
                    brokenValue(random);
            },
        ],
        [
            2,
            () =>
                Object.assign(
                    request,
                    random.pick([
                        { ExpressionAttributeNames: { ...request.ExpressionAttributeNames, "#unused": "a" } },
                        {
                            ExpressionAttributeValues: {
                                ...request.ExpressionAttributeValues,
                                ":unused": { S: "a" },
                            },
                        },
                    ]),
                ),
        ],
        [
            request.KeyConditionExpression || step.operation === "Scan" ? 3 : 0,
            () => {
                step.walk = false;
                // Which segment a key is in, each server decides by its own hash.
                delete request.Segment;
                delete request.TotalSegments;
                const index = table.indexes.find(({ name }) => name === request.IndexName);
                const whole = index ? indexStartKey(random, table, index) : randomKey(random, table);
                request.ExclusiveStartKey = random.chance(0.5) ? whole : brokenKey(random, table);
            },
        ],
        [
            expressions.length > 0 ? 1 : 0,
            () =>
                Object.assign(
                    request,
                    random.pick([
                        { Expected: { s: { Exists: false } } },
                        { AttributesToGet: ["s"] },
                        { AttributeUpdates: {} },
                    ]),
                ),
        ],
        [request.RequestItems ? 6 : 0, () => breakBatch(random, table, step)],
    ];
    random.weighted(faults)();
}

function breakBatch(random, table, { operation, request }) {
    const entries = request.RequestItems[table.name];
    if (operation === "BatchGetItem") {
        random.weighted([
            [
                3,
                () => {
                    entries.Keys[0] = brokenKey(random, table);
                },
            ],
            [
                1,
                () => {
                    entries.Keys = [];
                },
            ],
            [
                1,
                () => {
                    entries.Keys = Array.from({ length: 101 }, (_, i) => ({
                        ...randomKey(random, table),
                        x: { N: String(i) },
                    }));
                },
            ],
            [
                1,
                () => {
                    request.RequestItems = { no_such_table: entries };
                },
            ],
        ])();
        return;
    }
    random.weighted([
        [
            3,
            () => {
                entries[0] = { DeleteRequest: { Key: brokenKey(random, table) } };
            },
        ],
        [
            3,
            () => {
                entries[0] = { PutRequest: { Item: { ...randomKey(random, table), s: brokenValue(random) } } };
            },
        ],
        [
            1,
            () => {
                request.RequestItems[table.name] = [];
            },
        ],
        [
            1,
            () => {
                request.RequestItems = { no_such_table: entries };
            },
        ],
        [
            1,
            () => {
                entries[0] = random.pick([{}, { PutRequest: {} }, { DeleteRequest: {} }]);
            },
        ],
    ])();
}
