// What a request costs, in the table's own arm; indexes only where the table `indexed` is there.
import { S, N, factsOf } from "./words.mjs";

const put = factsOf("PutItem");
const get = factsOf("GetItem");
const del = factsOf("DeleteItem");
const update = factsOf("UpdateItem");
const query = factsOf("Query");
const scan = factsOf("Scan");
const batchGet = factsOf("BatchGetItem");
const batchWrite = factsOf("BatchWriteItem");

const TOTAL = { ReturnConsumedCapacity: "TOTAL" };
const INDEXES = { ReturnConsumedCapacity: "INDEXES" };
const KEY = { pk: S("x") };
const sized = (bytes) => ({ ...KEY, p: S("p".repeat(bytes - 4)) });
const units = (CapacityUnits, table = "{hash}") => ({ ConsumedCapacity: { TableName: table, CapacityUnits } });
const arms = (CapacityUnits, table = "{hash}") => ({
    ConsumedCapacity: { TableName: table, CapacityUnits, Table: { CapacityUnits } },
});
const at = (more) => ({ TableName: "{hash}", Key: KEY, ...more });

const writes = [
    put.answer(6, "a small put", { TableName: "{hash}", Item: KEY, ...TOTAL }, units(1)),
    put.answer(6, "INDEXES without indexes", { TableName: "{hash}", Item: KEY, ...INDEXES }, arms(1)),
    put.answer(
        6,
        "NONE",
        { TableName: "{hash}", Item: KEY, ReturnConsumedCapacity: "NONE" },
        { ConsumedCapacity: undefined },
    ),
    put.answer(6, "1,024 bytes", { TableName: "{hash}", Item: sized(1024), ...TOTAL }, units(1)),
    put.answer(6, "1,025 bytes", { TableName: "{hash}", Item: sized(1025), ...TOTAL }, units(2)),
    put.answer(6, "the old item when it is larger", { TableName: "{hash}", Item: KEY, ...TOTAL }, units(3), {
        given: [sized(2500)],
    }),
    del.answer(6, "a missing item", at(TOTAL), units(1)),
    del.answer(6, "a large item", at(TOTAL), units(3), { given: [sized(2500)] }),
    update.answer(6, "an update that shrinks", at({ UpdateExpression: "REMOVE p", ...TOTAL }), units(3), {
        given: [sized(2500)],
    }),
    update.answer(
        6,
        "an update that grows",
        at({ UpdateExpression: "SET p = :v", ExpressionAttributeValues: { ":v": S("p".repeat(2000)) }, ...TOTAL }),
        units(2),
        { given: [KEY] },
    ),
    update.answer(6, "an update that changes nothing", at({ UpdateExpression: "REMOVE zz", ...TOTAL }), units(3), {
        given: [sized(2500)],
    }),
    update.answer(
        6,
        "the size in numbers",
        at({ UpdateExpression: "SET n = :n", ExpressionAttributeValues: { ":n": N("-12345") }, ...TOTAL }),
        units(2),
        { given: [sized(1024 - 5)] },
    ),
    batchWrite.answer(
        6,
        "a batch adds up per table",
        {
            RequestItems: {
                "{hash}": [{ PutRequest: { Item: sized(1500) } }, { DeleteRequest: { Key: { pk: S("not there") } } }],
                "{range}": [{ PutRequest: { Item: { pk: S("x"), sk: S("y") } } }],
            },
            ...TOTAL,
        },
        { ConsumedCapacity: /"CapacityUnits":3.*"CapacityUnits":1|"CapacityUnits":1.*"CapacityUnits":3/ },
    ),
];

const reads = [
    get.answer(6, "a missing item, eventually", at(TOTAL), units(0.5)),
    get.answer(6, "a missing item, consistently", at({ ConsistentRead: true, ...TOTAL }), units(1)),
    get.answer(6, "INDEXES", at({ ConsistentRead: true, ...INDEXES }), arms(1)),
    get.answer(6, "4,096 bytes", at({ ConsistentRead: true, ...TOTAL }), units(1), { given: [sized(4096)] }),
    get.answer(6, "4,097 bytes", at({ ConsistentRead: true, ...TOTAL }), units(2), { given: [sized(4097)] }),
    get.answer(6, "4,097 bytes, eventually", at(TOTAL), units(1), { given: [sized(4097)] }),
    get.answer(
        6,
        "the projection does not matter",
        at({ ProjectionExpression: "pk", ConsistentRead: true, ...TOTAL }),
        units(3),
        { given: [sized(9000)] },
    ),
    batchGet.answer(
        6,
        "a batch rounds every item",
        {
            RequestItems: { "{hash}": { Keys: [KEY, { pk: S("y") }, { pk: S("not there") }], ConsistentRead: true } },
            ...TOTAL,
        },
        { ConsumedCapacity: [{ TableName: "{hash}", CapacityUnits: 4 }] },
        { given: { "{hash}": [sized(4097), { pk: S("y") }] } },
    ),
];

const rows = (count, bytes) =>
    Array.from({ length: count }, (_, i) => ({ pk: S("{id}"), sk: S(`row${i}`), p: S("p".repeat(bytes)) }));
const queried = (more) => ({
    TableName: "{range}",
    KeyConditionExpression: "pk = :p",
    ExpressionAttributeValues: { ":p": S("{id}") },
    ...TOTAL,
    ...more,
});
const pages = [
    query.answer(6, "a page is summed before it is rounded", queried({ ConsistentRead: true }), units(1, "{range}"), {
        given: rows(8, 400),
    }),
    query.answer(6, "a page of 8 × 1,046 bytes", queried({ ConsistentRead: true }), units(3, "{range}"), {
        given: rows(8, 1030),
    }),
    query.answer(
        6,
        "what the filter drops is paid",
        queried({ ConsistentRead: true, FilterExpression: "a = :p" }),
        { Count: 0, ...units(3, "{range}") },
        { given: rows(8, 1030) },
    ),
    query.answer(
        6,
        "a projection does not matter",
        queried({ ConsistentRead: true, ProjectionExpression: "sk" }),
        units(3, "{range}"),
        { given: rows(8, 1030) },
    ),
    query.answer(6, "COUNT costs the same", queried({ ConsistentRead: true, Select: "COUNT" }), units(3, "{range}"), {
        given: rows(8, 1030),
    }),
    query.answer(6, "Limit bounds what is paid", queried({ ConsistentRead: true, Limit: 4 }), units(2, "{range}"), {
        given: rows(8, 1030),
    }),
    query.answer(6, "half when eventual", queried(), units(1.5, "{range}"), { given: rows(8, 1030) }),
    scan.answer(
        6,
        "a table of 9,000 bytes",
        { TableName: "{hash_b}", ConsistentRead: true, ...INDEXES },
        arms(3, "{hash_b}"),
        { given: [{ pk: { B: "AA==" }, p: S("p".repeat(9000)) }] },
    ),
];

const entry = (more) => ({ pk: S("x"), sk: S("y"), ...more });
const indexed = [
    put.answer(
        6,
        "an item in no index: Table alone",
        { TableName: "{indexed}", Item: entry(), ...INDEXES },
        arms(1, "{indexed}"),
    ),
    put.answer(
        6,
        "an item in both indexes",
        { TableName: "{indexed}", Item: entry({ gk: S("g"), lk: N(1) }), ...INDEXES },
        {
            ConsumedCapacity: {
                TableName: "{indexed}",
                CapacityUnits: 3,
                Table: { CapacityUnits: 1 },
                GlobalSecondaryIndexes: { gsi: { CapacityUnits: 1 } },
                LocalSecondaryIndexes: { lsi: { CapacityUnits: 1 } },
            },
        },
    ),
    put.answer(
        6,
        "an index key that moves costs twice",
        { TableName: "{indexed}", Item: entry({ gk: S("h") }), ...INDEXES },
        {
            ConsumedCapacity: {
                TableName: "{indexed}",
                CapacityUnits: 3,
                Table: { CapacityUnits: 1 },
                GlobalSecondaryIndexes: { gsi: { CapacityUnits: 2 } },
            },
        },
        { given: [entry({ gk: S("g") })] },
    ),
    put.answer(
        6,
        "an unchanged index entry costs nothing",
        { TableName: "{indexed}", Item: entry({ gk: S("g"), a: N(2) }), ...INDEXES },
        arms(1, "{indexed}"),
        { given: [entry({ gk: S("g"), a: N(1) })] },
    ),
    query.answer(
        6,
        "a read of an index is on its arm",
        {
            TableName: "{indexed}",
            IndexName: "gsi",
            KeyConditionExpression: "gk = :g",
            ExpressionAttributeValues: { ":g": S("{id}") },
            ...INDEXES,
        },
        {
            ConsumedCapacity: {
                TableName: "{indexed}",
                CapacityUnits: 0.5,
                Table: { CapacityUnits: 0 },
                GlobalSecondaryIndexes: { gsi: { CapacityUnits: 0.5 } },
            },
        },
        { given: [entry({ gk: S("{id}") })] },
    ),
].map((fact) => ({ ...fact, needs: "indexes" }));

export default [...writes, ...reads, ...pages, ...indexed];
