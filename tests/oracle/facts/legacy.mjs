// Parameters from before expressions: Expected, ConditionalOperator, AttributeUpdates, KeyConditions, filters.
import { ENV, INV, CONDITION_FAILED, S, N, B, SS, NS, L, M, factsOf } from "./words.mjs";

const put = factsOf("PutItem");
const update = factsOf("UpdateItem");
const get = factsOf("GetItem");
const query = factsOf("Query");
const scan = factsOf("Scan");

const KEY = { pk: S("{id}") };
const expecting = (Expected, more) => ({ TableName: "{hash}", Item: KEY, Expected, ...more });
const when = (ComparisonOperator, ...AttributeValueList) => ({ ComparisonOperator, AttributeValueList });
const ALL_OR = "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]";

const expected = [
    put.refuse(
        10,
        "ConditionalOperator alone",
        { TableName: "{hash}", Item: KEY, ConditionalOperator: "AND" },
        `${ENV}ConditionalOperator cannot be used without Filter or Expected`,
    ),
    put.refuse(
        10,
        "ConditionalOperator with one condition",
        expecting({ a: { Exists: false } }, { ConditionalOperator: "AND" }),
        `${ENV}ConditionalOperator can only be used when Filter or Expected has two or more elements`,
    ),
    put.refuse(
        10,
        "ConditionalOperator of no such name",
        expecting({ a: { Exists: false }, b: { Exists: false } }, { ConditionalOperator: "XOR" }),
        `${ENV}${ALL_OR}`,
    ),
    put.refuse(
        10,
        "no such operator",
        expecting({ a: when("EQUALS", S("x")) }),
        `${ENV}${INV}Invalid comparison operator`,
    ),
    put.refuse(
        10,
        "operators are case-sensitive",
        expecting({ a: when("eq", S("x")) }),
        `${ENV}${INV}Invalid comparison operator`,
    ),
    put.refuse(
        10,
        "EQ of two values",
        expecting({ a: when("EQ", S("x"), S("y")) }),
        `${ENV}${INV}Invalid number of argument(s) for the EQ ComparisonOperator`,
    ),
    put.refuse(
        10,
        "BETWEEN of one value",
        expecting({ a: when("BETWEEN", S("x")) }),
        `${ENV}${INV}Invalid number of argument(s) for the BETWEEN ComparisonOperator`,
    ),
    put.refuse(
        10,
        "NULL with a value",
        expecting({ a: when("NULL", S("x")) }),
        `${ENV}${INV}Invalid number of argument(s) for the NULL ComparisonOperator`,
    ),
    put.refuse(
        10,
        "BETWEEN of maps",
        expecting({ a: when("BETWEEN", M({}), M({})) }),
        `${ENV}${INV}ComparisonOperator BETWEEN is not valid for M AttributeValue type`,
    ),
    put.refuse(
        10,
        "LT of a list",
        expecting({ a: when("LT", L()) }),
        `${ENV}${INV}ComparisonOperator LT is not valid for L AttributeValue type`,
    ),
    put.refuse(
        10,
        "BEGINS_WITH of a number",
        expecting({ a: when("BEGINS_WITH", N(1)) }),
        `${ENV}${INV}ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type`,
    ),
    put.refuse(
        10,
        "IN of two types",
        expecting({ a: when("IN", S("x"), N(1)) }),
        `${ENV}${INV}AttributeValues inside AttributeValueList must be of same type`,
    ),
    put.refuse(
        10,
        "Exists true without value",
        expecting({ a: { Exists: true } }),
        `${ENV}${INV}Value must be provided when Exists is true for Attribute: a`,
    ),
    put.refuse(
        10,
        "neither value nor operator",
        expecting({ a: {} }),
        `${ENV}${INV}Value must be provided when Exists is null for Attribute: a`,
    ),
    put.refuse(
        10,
        "Exists false with value",
        expecting({ a: { Exists: false, Value: S("x") } }),
        `${ENV}${INV}Value cannot be used when Exists is false for Attribute: a`,
    ),
    put.refuse(
        10,
        "Value and AttributeValueList",
        expecting({ a: { Value: S("x"), ...when("EQ", S("x")) } }),
        `${ENV}${INV}Value and AttributeValueList cannot be used together for Attribute: a`,
    ),
    put.refuse(
        10,
        "operator without value",
        expecting({ a: { ComparisonOperator: "EQ" } }),
        `${ENV}${INV}Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a`,
    ),
    put.refuse(
        10,
        "a malformed condition never lets the write run",
        expecting({ a: { Exists: false }, b: { Exists: true } }),
        `${ENV}${INV}Value must be provided when Exists is true for Attribute: b`,
        { then: [["GetItem", { TableName: "{hash}", Key: KEY }, { Item: undefined }]] },
    ),
];

const GIVEN = { given: [{ ...KEY, a: N(1), s: S("hello"), t: SS("x", "y") }] };
const holds = (name, Expected, more) =>
    put.answer(10, `Expected holds: ${name}`, expecting(Expected, more), {}, GIVEN);
const fails = (name, Expected, more) => ({
    ...put.refuse(10, `Expected fails: ${name}`, expecting(Expected, more), CONDITION_FAILED, GIVEN),
    error: "ConditionalCheckFailedException",
});
const conditions = [
    holds("Value", { a: { Value: N("1.0") } }),
    fails("Value", { a: { Value: S("1") } }),
    holds("Exists false", { z: { Exists: false } }),
    fails("Exists false", { a: { Exists: false } }),
    holds("NULL", { z: when("NULL") }),
    holds("NOT_NULL", { a: when("NOT_NULL") }),
    holds("NE of a missing attribute", { z: when("NE", S("x")) }),
    fails("GT of a missing attribute", { z: when("GT", N(0)) }),
    holds("CONTAINS of a set", { t: when("CONTAINS", S("x")) }),
    holds("NOT_CONTAINS", { s: when("NOT_CONTAINS", S("z")) }),
    holds("BEGINS_WITH", { s: when("BEGINS_WITH", S("he")) }),
    holds("BETWEEN", { a: when("BETWEEN", N(0), N(1)) }),
    holds("IN", { a: when("IN", N(3), N(1)) }),
    fails("IN", { a: when("IN", N(3), N(4)) }),
    fails("all of two", { a: when("EQ", N(1)), s: when("EQ", S("x")) }),
    holds("one of two", { a: when("EQ", N(1)), s: when("EQ", S("x")) }, { ConditionalOperator: "OR" }),
];

const updating = (AttributeUpdates, more) => ({ TableName: "{hash}", Key: KEY, AttributeUpdates, ...more });
const became = (attributes) => ({
    then: [["GetItem", { TableName: "{hash}", Key: KEY }, { Item: attributes && { ...KEY, ...attributes } }]],
});
const updates = [
    update.refuse(
        10,
        "no such action",
        updating({ a: { Action: "SET", Value: S("x") } }),
        /Member must satisfy enum value set: \[ADD, DELETE, PUT\]' for Action$/,
    ),
    update.refuse(
        3,
        "update of a key",
        updating({ pk: { Action: "PUT", Value: S("x") } }),
        `${INV}Cannot update attribute pk. This attribute is part of the key`,
    ),
    update.answer(10, "no updates create the item", updating({}), {}, became({})),
    update.answer(10, "PUT is the default", updating({ a: { Value: S("x") } }), {}, became({ a: S("x") })),
    update.answer(
        10,
        "ADD to a number and a set",
        updating({ a: { Action: "ADD", Value: N(2) }, t: { Action: "ADD", Value: SS("z") } }),
        {},
        { ...GIVEN, ...became({ a: N(3), s: S("hello"), t: SS("x", "y", "z") }) },
    ),
    update.answer(
        10,
        "ADD to a list appends",
        updating({ l: { Action: "ADD", Value: L(N(2)) } }),
        {},
        { given: [{ ...KEY, l: L(N(1)) }], ...became({ l: L(N(1), N(2)) }) },
    ),
    update.answer(
        10,
        "DELETE without value",
        updating({ a: { Action: "DELETE" }, t: { Action: "DELETE" } }),
        {},
        { ...GIVEN, ...became({ s: S("hello") }) },
    ),
    update.answer(
        10,
        "DELETE of set members",
        updating({ t: { Action: "DELETE", Value: SS("x", "q") } }),
        {},
        { ...GIVEN, ...became({ a: N(1), s: S("hello"), t: SS("y") }) },
    ),
    update.answer(
        10,
        "DELETE of the last members",
        updating({ t: { Action: "DELETE", Value: SS("x", "y") } }),
        {},
        { ...GIVEN, ...became({ a: N(1), s: S("hello") }) },
    ),
];

const ROWS = ["a", "b", "c"].map((sk, i) => ({ pk: S("{id}"), sk: S(sk), n: N(i) }));
const queried = (conditions, more) => ({
    TableName: "{range}",
    KeyConditions: { pk: when("EQ", S("{id}")), ...conditions },
    ...more,
});
const reads = [
    get.answer(
        10,
        "AttributesToGet",
        { TableName: "{hash}", Key: KEY, AttributesToGet: ["a", "z"] },
        { Item: { a: N(1) } },
        GIVEN,
    ),
    query.answer(10, "KeyConditions", queried({ sk: when("GE", S("b")) }), { Items: ROWS.slice(1) }, { given: ROWS }),
    query.answer(
        10,
        "KeyConditions with QueryFilter",
        queried({}, { QueryFilter: { n: when("GT", N(0)) } }),
        { Items: ROWS.slice(1), ScannedCount: 3 },
        { given: ROWS },
    ),
    query.answer(
        10,
        "QueryFilter of two, one of them enough",
        queried({}, { QueryFilter: { n: when("GT", N(1)), z: when("NOT_NULL") }, ConditionalOperator: "OR" }),
        { Items: ROWS.slice(2) },
        { given: ROWS },
    ),
    query.refuse(
        10,
        "ConditionalOperator alone",
        queried({}, { ConditionalOperator: "AND" }),
        "ConditionalOperator cannot be used without Filter or Expected",
    ),
    query.refuse(
        7,
        "partition key missing",
        { TableName: "{range}", KeyConditions: { sk: when("EQ", S("a")) } },
        "Query condition missed key schema element: pk",
    ),
    query.refuse(
        10,
        "BETWEEN of one value",
        queried({ sk: when("BETWEEN", S("a")) }),
        `${INV}Invalid number of argument(s) for the BETWEEN ComparisonOperator`,
    ),
    scan.answer(
        10,
        "ScanFilter",
        { TableName: "{range}", ScanFilter: { pk: when("EQ", S("{id}")), n: when("LT", N(1)) } },
        { Items: ROWS.slice(0, 1) },
        { given: ROWS },
    ),
    scan.refuse(
        10,
        "ScanFilter with no such operator",
        { TableName: "{range}", ScanFilter: { a: when("eq", S("x")) } },
        /Invalid comparison operator$|enum value set/,
    ),
    scan.refuse(
        10,
        "CONTAINS of two values",
        { TableName: "{range}", ScanFilter: { a: when("CONTAINS", S("x"), S("y")) } },
        `${INV}Invalid number of argument(s) for the CONTAINS ComparisonOperator`,
    ),
    scan.answer(
        10,
        "NE of sets ignores order",
        { TableName: "{hash}", ScanFilter: { pk: when("EQ", S("{id}")), t: when("EQ", NS(2, 1)) } },
        { Count: 1 },
        { given: [{ ...KEY, t: NS(1, 2) }] },
    ),
    scan.answer(
        10,
        "CONTAINS of a binary",
        { TableName: "{hash}", ScanFilter: { pk: when("EQ", S("{id}")), b: when("CONTAINS", B([2])) } },
        { Count: 1 },
        { given: [{ ...KEY, b: B([1, 2, 3]) }] },
    ),
];

export default [...expected, ...conditions, ...updates, ...reads];
