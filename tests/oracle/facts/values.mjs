// What an AttributeValue may be, and who says so: the newer layer (PutItem, Query), the older one (BatchWriteItem).
import {
    ENV,
    INV,
    OVERFLOW,
    UNDERFLOW,
    TOO_PRECISE,
    notANumber,
    TWO_TYPES,
    NO_TYPE,
    NESTING,
    KEY_MISFIT,
    S,
    N,
    SS,
    NS,
    L,
    M,
    nested,
    factsOf,
} from "./words.mjs";

const put = factsOf("PutItem");
const get = factsOf("GetItem");
const query = factsOf("Query");
const update = factsOf("UpdateItem");
const batch = factsOf("BatchWriteItem");

const item = (value, more) => ({ TableName: "{hash}", Item: { pk: S("{id}"), a: value }, ...more });
const write = (value) => ({ RequestItems: { "{hash}": [{ PutRequest: { Item: { pk: S("{id}"), a: value } } }] } });
const stored = (value) => [
    ["GetItem", { TableName: "{hash}", Key: { pk: S("{id}") } }, { Item: { pk: S("{id}"), a: value } }],
];
const DIGITS_38 = "12345678901234567890123456789012345678";

const numbersRefused = [
    ["abc", notANumber("abc")],
    ["", notANumber("")],
    ["1e", notANumber("1e")],
    [" 5", notANumber(" 5")],
    ["5 ", notANumber("5 ")],
    ["1.2.3", notANumber("1.2.3")],
    [".", notANumber(".")],
    ["+", notANumber("+")],
    ["e5", notANumber("e5")],
    ["0x10", notANumber("0x10")],
    ["NaN", notANumber("NaN")],
    ["Infinity", notANumber("Infinity")],
    ["1_0", notANumber("1_0")],
    ["--1", notANumber("--1")],
    ["1e9223372036854775808", notANumber("1e9223372036854775808")],
    ["1e126", OVERFLOW],
    ["-1e126", OVERFLOW],
    ["10e125", OVERFLOW],
    ["1e2147483647", OVERFLOW],
    ["0e126", OVERFLOW],
    ["1e-131", UNDERFLOW],
    ["-1e-131", UNDERFLOW],
    ["0.1e-130", UNDERFLOW],
    ["0e-131", UNDERFLOW],
    [`${DIGITS_38}9`, TOO_PRECISE],
    [`0.${DIGITS_38}9`, TOO_PRECISE],
    [`1${"0".repeat(37)}.5`, TOO_PRECISE],
].map(([number, text]) => put.refuse(0, `number ${JSON.stringify(number)}`, item(N(number)), ENV + text));

const numbersKept = [
    ["5.", "5"],
    [".5", "0.5"],
    ["+1e2", "100"],
    ["+3", "3"],
    ["007", "7"],
    ["1.10", "1.1"],
    ["1e3", "1000"],
    ["-0", "0"],
    ["0.0", "0"],
    ["1.5E2", "150"],
    ["-1.50e-3", "-0.0015"],
    ["0e125", "0"],
    ["9.9999999999999999999999999999999999999E125", `${"9".repeat(38)}${"0".repeat(88)}`],
    ["1e-130", `0.${"0".repeat(129)}1`],
    [DIGITS_38, DIGITS_38],
    [`${DIGITS_38}000`, `${DIGITS_38}000`],
    [`0.000${DIGITS_38}`, `0.000${DIGITS_38}`],
].map(([number, kept]) =>
    put.answer(
        0,
        `number ${number} becomes ${kept.length > 20 ? "its digits" : kept}`,
        item(N(number)),
        {},
        { then: stored(N(kept)) },
    ),
);

const sets = [
    put.refuse(3, "empty string set", item(SS()), `${ENV}${INV}An string set  may not be empty`),
    put.refuse(3, "empty number set", item(NS()), `${ENV}${INV}An number set  may not be empty`),
    put.refuse(3, "empty binary set", item({ BS: [] }), `${ENV}${INV}Binary sets should not be empty`),
    put.refuse(
        0,
        "duplicate strings",
        item(SS("a", "a")),
        `${ENV}${INV}Input collection ["a", "a"] contains duplicates.`,
    ),
    put.refuse(
        0,
        "duplicate strings, sorted up to the repeat",
        item(SS("b", "a", "b")),
        `${ENV}${INV}Input collection ["a", "b", "b"] contains duplicates.`,
    ),
    put.refuse(
        0,
        "duplicate strings, as sent after the repeat",
        item(SS("b", "a", "b", "C")),
        `${ENV}${INV}Input collection ["a", "b", "b", "C"] contains duplicates.`,
    ),
    put.refuse(
        0,
        "duplicate binaries",
        item({ BS: ["AA==", "AA=="] }),
        `${ENV}${INV}Input collection ["AA==","AA=="]of type BS contains duplicates.`,
    ),
    put.refuse(
        0,
        "duplicate numbers, by value",
        item(NS("1", "1.0")),
        `${ENV}${INV}Input collection contains duplicates.`,
    ),
    put.refuse(
        0,
        "duplicates inside a map",
        item(M({ s: SS("a", "a") })),
        `${ENV}${INV}Input collection ["a", "a"] contains duplicates.`,
    ),
    put.refuse(3, "bad number in a set", item(NS("1", "x")), ENV + notANumber("x")),
];

const older = [
    batch.refuse(0, "older layer: number abc", write(N("abc")), notANumber("abc")),
    batch.refuse(
        0,
        "older layer: empty number",
        write(N("")),
        "The parameter cannot be converted to a numeric value",
    ),
    batch.refuse(0, "older layer: overflow", write(N("1e126")), OVERFLOW),
    batch.refuse(0, "older layer: 1e2147483647 underflows", write(N("1e2147483647")), UNDERFLOW),
    batch.refuse(0, "older layer: exponent beyond int32", write(N("1e2147483648")), notANumber("1e2147483648")),
    batch.refuse(0, "older layer: 39 digits", write(N(`${DIGITS_38}9`)), TOO_PRECISE),
    batch.refuse(
        0,
        "older layer: duplicate strings",
        write(SS("b", "a", "b")),
        `${INV}Input collection [b, a, b] contains duplicates.`,
    ),
    batch.refuse(
        0,
        "older layer: duplicate binaries",
        write({ BS: ["AA==", "AA=="] }),
        `${INV}Input collection [AA==, AA==]of type BS contains duplicates.`,
    ),
    batch.refuse(0, "older layer: duplicate numbers", write(NS("1", "1.0")), "Input collection contains duplicates"),
    batch.refuse(3, "older layer: empty string set", write(SS()), `${INV}An string set  may not be empty`),
    batch.refuse(
        3,
        "older layer: NULL false",
        write({ NULL: false }),
        `${INV}Null attribute value types must have the value of true`,
    ),
    put.refuse(
        0,
        "a BOOL written as a string makes the layer older: no prefix",
        { TableName: "{hash}", Item: { pk: S("a"), b: { BOOL: "true" }, s: SS() } },
        `${INV}An string set  may not be empty`,
    ),
    put.refuse(
        0,
        "a BOOL written as a string makes the layer older: duplicates",
        { TableName: "{hash}", Item: { pk: S("a"), b: { BOOL: "yes" }, s: SS("b", "a", "b") } },
        `${INV}Input collection [b, a, b] contains duplicates.`,
    ),
    put.refuse(
        0,
        "Exists written as a string makes the layer older",
        { ...item(NS("1", "1")), Expected: { b: { Exists: "false" } } },
        "Input collection contains duplicates",
    ),
];

const lenient = [
    ...["true", "T", "yes", "Y", "1"].map((word) =>
        put.answer(0, `BOOL may be written ${word}`, item({ BOOL: word }), {}, { then: stored({ BOOL: true }) }),
    ),
    ...["false", "F", "no", "n", "0"].map((word) =>
        put.answer(0, `BOOL may be written ${word}`, item({ BOOL: word }), {}, { then: stored({ BOOL: false }) }),
    ),
    put.answer(0, "NULL may be written TRUE", item({ NULL: "TRUE" }), {}, { then: stored({ NULL: true }) }),
    ...[
        ["a word", "maybe", "Unexpected token received from parser"],
        ["a number", 1, "NUMBER_VALUE cannot be converted to Boolean"],
        ["a number with a point", 1.5, "DECIMAL_VALUE cannot be converted to Boolean"],
    ].map(([what, value, message]) => ({
        ...put.refuse(0, `BOOL as ${what}`, item({ BOOL: value }), message),
        error: "SerializationException",
        messageMember: "Message",
    })),
    { ...put.refuse(0, "BOOL as a list", item({ BOOL: [] }), null), error: "SerializationException" },
    get.answer(
        0,
        "ConsistentRead as a word",
        { TableName: "{hash}", Key: { pk: S("{id}") }, ConsistentRead: "yes" },
        { Item: undefined },
    ),
    {
        ...get.refuse(
            0,
            "ConsistentRead as a number",
            { TableName: "{hash}", Key: { pk: S("{id}") }, ConsistentRead: 1 },
            "NUMBER_VALUE cannot be converted to Boolean",
        ),
        error: "SerializationException",
    },
    {
        ...query.refuse(
            0,
            "Limit as a string",
            {
                TableName: "{hash}",
                KeyConditionExpression: "pk = :v",
                ExpressionAttributeValues: { ":v": S("a") },
                Limit: "5",
            },
            "STRING_VALUE cannot be converted to Integer",
        ),
        error: "SerializationException",
    },
    query.answer(
        0,
        "Limit drops its fraction",
        {
            TableName: "{range}",
            KeyConditionExpression: "pk = :v",
            ExpressionAttributeValues: { ":v": S("{id}") },
            Limit: 1.9,
        },
        { Count: 1 },
        { given: [1, 2].map((n) => ({ pk: S("{id}"), sk: S(String(n)) })) },
    ),
    query.answer(
        0,
        "Limit beyond int32 is saturated",
        {
            TableName: "{range}",
            KeyConditionExpression: "pk = :v",
            ExpressionAttributeValues: { ":v": S("{id}") },
            Limit: 10_000_000_000,
        },
        { Count: 1, LastEvaluatedKey: undefined },
        { given: [{ pk: S("{id}"), sk: S("a") }] },
    ),
    put.answer(
        0,
        "members that are JSON null are absent",
        item(S("x"), { ConditionExpression: null, ExpressionAttributeValues: null, ReturnValues: null }),
        {},
        { then: stored(S("x")) },
    ),
];

const shapes = [
    put.refuse(0, "a value of two types", item({ S: "a", N: "1" }), TWO_TYPES),
    put.refuse(0, "a value of no type", item({}), NO_TYPE),
    put.refuse(0, "two types, one an empty set", item({ S: "a", SS: [] }), `${INV}An string set  may not be empty`),
    put.refuse(0, "two types, one a bad number", item({ S: "a", N: "abc" }), notANumber("abc")),
    put.refuse(
        0,
        "two types, one a false NULL",
        item({ S: "a", NULL: false }),
        `${INV}Null attribute value types must have the value of true`,
    ),
    put.refuse(
        2,
        "NULL must be true",
        item({ NULL: false }),
        `${ENV}${INV}Null attribute value types must have the value of true`,
    ),
    put.refuse(
        2,
        "empty attribute name",
        { TableName: "{hash}", Item: { pk: S("a"), "": S("b") } },
        `${ENV}Empty attribute name`,
    ),
    put.refuse(2, "empty attribute name in a map", item(M({ "": S("b") })), `${ENV}Empty attribute name`),
    get.refuse(
        2,
        "bad number in a key, bare on GetItem",
        { TableName: "{hash_n}", Key: { pk: N("abc") } },
        notANumber("abc"),
    ),
    get.refuse(2, "a set as key", { TableName: "{hash}", Key: { pk: SS("a") } }, KEY_MISFIT),
    query.refuse(
        0,
        "bad number in an expression value, bare on Query",
        { TableName: "{hash_n}", KeyConditionExpression: "pk = :v", ExpressionAttributeValues: { ":v": N("abc") } },
        notANumber("abc"),
    ),
    query.refuse(
        0,
        "empty set in an expression value, bare on Query",
        {
            TableName: "{hash}",
            KeyConditionExpression: "pk = :p",
            FilterExpression: "a = :v",
            ExpressionAttributeValues: { ":p": S("a"), ":v": SS() },
        },
        `${INV}An string set  may not be empty`,
    ),
    update.refuse(
        0,
        "bad number in an expression value on UpdateItem",
        {
            TableName: "{hash}",
            Key: { pk: S("a") },
            UpdateExpression: "SET a = :v",
            ExpressionAttributeValues: { ":v": N("abc") },
        },
        ENV + notANumber("abc"),
    ),
    update.refuse(
        0,
        "duplicates in an expression value on UpdateItem",
        {
            TableName: "{hash}",
            Key: { pk: S("a") },
            UpdateExpression: "SET a = :v",
            ExpressionAttributeValues: { ":v": SS("b", "a", "b") },
        },
        `${ENV}${INV}Input collection ["a", "b", "b"] contains duplicates.`,
    ),
];

const depth = [
    put.answer(5, "31 levels of maps", item(nested(31)), {}, { then: stored(nested(31)) }),
    put.answer(5, "31 levels of lists", item(nested(31, "L")), {}, { then: stored(nested(31, "L")) }),
    put.refuse(5, "32 levels of maps", item(nested(32)), ENV + NESTING),
    put.refuse(5, "32 levels of lists", item(nested(32, "L")), ENV + NESTING),
    put.refuse(5, "62 levels", item(nested(62)), ENV + NESTING),
    put.refuse(5, "63 levels are refused without prefix", item(nested(63)), NESTING),
    {
        ...put.refuse(5, "4,000 levels are no readable request", item(S("replaced")), null),
        error: "SerializationException",
        raw: `{"TableName":"{hash}","Item":{"pk":{"S":"a"},"a":${'{"L":['.repeat(4000)}${"]}".repeat(4000)}}}`,
    },
    put.refuse(
        4,
        "depth beats a missing table",
        { TableName: "no_such_table", Item: { pk: S("a"), a: nested(32) } },
        ENV + NESTING,
    ),
    update.refuse(
        5,
        "expression value of 32 levels",
        {
            TableName: "{hash}",
            Key: { pk: S("a") },
            UpdateExpression: "SET a = :v",
            ExpressionAttributeValues: { ":v": nested(32) },
        },
        ENV + NESTING,
    ),
    update.refuse(
        5,
        "expression value of 63 levels is named",
        {
            TableName: "{hash}",
            Key: { pk: S("a") },
            UpdateExpression: "SET a = :v",
            ExpressionAttributeValues: { ":v": nested(63) },
        },
        `ExpressionAttributeValues contains invalid value: ${NESTING} for key :v`,
    ),
    update.answer(
        5,
        "an update whose outcome has 31 levels",
        {
            TableName: "{hash}",
            Key: { pk: S("{id}") },
            UpdateExpression: "SET m.a = :v",
            ExpressionAttributeValues: { ":v": nested(30) },
            ReturnValues: "ALL_NEW",
        },
        { Attributes: { pk: S("{id}"), m: nested(31) } },
        { given: [{ pk: S("{id}"), m: M({}) }] },
    ),
    update.refuse(
        5,
        "an update whose outcome has 32 levels",
        {
            TableName: "{hash}",
            Key: { pk: S("{id}") },
            UpdateExpression: "SET m.a = :v",
            ExpressionAttributeValues: { ":v": nested(31) },
        },
        "Nesting Levels have exceeded supported limits",
        { given: [{ pk: S("{id}"), m: M({}) }] },
    ),
    query.refuse(
        5,
        "filter value of 32 levels",
        {
            TableName: "{hash}",
            KeyConditionExpression: "pk = :p",
            FilterExpression: "a = :v",
            ExpressionAttributeValues: { ":p": S("a"), ":v": nested(32) },
        },
        NESTING,
    ),
    batch.refuse(5, "batch item of 32 levels", write(nested(32)), NESTING),
];

const kinds = put.answer(
    0,
    "every type, nested",
    item(
        L(
            M({ s: S(""), n: N(-1), b: { B: "AA==" }, t: { BOOL: true }, z: { NULL: true }, l: L(L(), M({})) }),
            SS("x"),
        ),
    ),
    {},
    {
        then: stored(
            L(
                M({ s: S(""), n: N(-1), b: { B: "AA==" }, t: { BOOL: true }, z: { NULL: true }, l: L(L(), M({})) }),
                SS("x"),
            ),
        ),
    },
);

export default [...numbersRefused, ...numbersKept, ...sets, ...older, ...lenient, ...shapes, ...depth, kinds];
