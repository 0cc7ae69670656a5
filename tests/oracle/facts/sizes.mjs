// Item sizes and update charges, each exact to the byte: what just fits, and one byte more.
import { ITEM_TOO_LARGE, UPDATE_TOO_LARGE, S, N, B, SS, NS, L, M, factsOf } from "./words.mjs";

const LIMIT = 409_600;
const put = factsOf("PutItem");
const update = factsOf("UpdateItem");
const write = factsOf("BatchWriteItem");
const KEY = { pk: S("x") };
const KEY_BYTES = 3;

/** A put whose size is `bytes` if `value`, stored under `v`, takes `valueBytes`. */
function padded(value, valueBytes, bytes) {
    const pad = "p".repeat(bytes - KEY_BYTES - 1 - valueBytes - 1);
    return { TableName: "{hash}", Item: { ...KEY, v: value, p: S(pad) } };
}

const values = [
    ["S of two-byte characters", S("ééé"), 6],
    ["S of four-byte characters", S("😀"), 4],
    ["empty S", S(""), 0],
    ["B", B([1, 2, 3]), 3],
    ["BOOL", { BOOL: false }, 1],
    ["NULL", { NULL: true }, 1],
    ["SS", SS("a", "bcd"), 4],
    ["NS", NS("1", "12", "-5"), 7],
    ["BS", { BS: ["AAA=", "AA=="] }, 3],
    ["empty L", L(), 3],
    ["L", L(S("ab"), N(1)), 3 + 3 + 3],
    ["empty M", M({}), 3],
    ["M", M({ key: S("ab") }), 3 + 3 + 1 + 2],
    ["nested", L(M({ k: L(S("a")) })), 3 + 1 + (3 + 1 + 1 + (3 + 1 + 1))],
    ["N 100", N("100"), 2],
    ["N 1E125", N("1E125"), 2],
    ["N 0.0000001", N("0.0000001"), 2],
    ["N -42", N("-42"), 3],
    ["N 1.5", N("1.5"), 3],
    ["N 0", N("0"), 1],
    ["N -0", N("-0"), 1],
    ["N 123", N("123"), 3],
    ["N 1234", N("1234"), 3],
    ["N 10.01", N("10.01"), 3],
    ["N 12.345", N("12.345"), 4],
    ["N 100.5", N("100.5"), 4],
    ["N 0.05", N("0.05"), 2],
    ["N of 38 digits", N("12345678901234567890123456789012345678"), 20],
].flatMap(([name, value, bytes]) => [
    put.answer(5, `${name} takes ${bytes} bytes`, padded(value, bytes, LIMIT), {}),
    put.refuse(5, `${name} takes not less than ${bytes} bytes`, padded(value, bytes, LIMIT + 1), ITEM_TOO_LARGE),
]);

/** An update that sets `b` to a string of `bytes`. */
const updating = (UpdateExpression, bytes, more = {}, attributes = {}) => ({
    fits: {
        request: {
            TableName: "{hash}",
            Key: KEY,
            UpdateExpression,
            ExpressionAttributeValues: { ":v": S("u".repeat(bytes)), ...more },
        },
        given: [{ ...KEY, ...attributes }],
    },
});
const charges = [
    // Charge of the expression without the bytes of :v; :v may have what remains of the limit.
    ["SET", "SET b = :v", 3 + 19 + 1],
    ["SET of a longer name", "SET bcdef = :v", 3 + 19 + 5],
    ["SET and REMOVE", "SET b = :v REMOVE c", 3 + 19 + 1 + 1 + 1],
    ["SET in a map", "SET m.bc = :v", 3 + 19 + 1 + (4 + 2), {}, { m: M({}) }],
    ["SET in a list", "SET l[0] = :v", 3 + 19 + 1 + (4 + 1), {}, { l: L(S("a")) }],
    ["if_not_exists", "SET b = if_not_exists(c, :v)", 3 + 19 + 1 + 39 + (1 + 15)],
    ["two SETs, one a path", "SET b = :v, c = d", 3 + 19 + 1 + (19 + 1 + (1 + 15)), {}, { d: S("") }],
    [
        "SET with a sum",
        "SET b = :v, n = n + :one",
        3 + 19 + 1 + (19 + 1 + 34 + (1 + 15) + 2),
        { ":one": N(1) },
        { n: N(0) },
    ],
    [
        "SET with a difference",
        "SET b = :v, n = n - :one",
        3 + 19 + 1 + (19 + 1 + 37 + (1 + 15) + 2),
        { ":one": N(1) },
        { n: N(0) },
    ],
    [
        "SET with list_append",
        "SET b = :v, l = list_append(l, :l)",
        3 + 19 + 1 + (19 + 1 + 37 + (1 + 15) + 3),
        { ":l": L() },
        { l: L() },
    ],
    ["SET and ADD", "SET b = :v ADD n :one", 3 + 19 + 1 + (19 + 1 + 2), { ":one": N(1) }],
    ["SET and DELETE", "SET b = :v DELETE s :s", 3 + 19 + 1 + (1 + 1), { ":s": SS("zzzz") }],
].flatMap(([name, expression, charge, more, attributes]) => {
    const bytes = LIMIT - charge;
    const at = (count) => updating(expression, count, more, attributes).fits;
    return [
        { ...update.answer(5, `charge of ${name}: at the limit`, null, {}), ...at(bytes) },
        { ...update.refuse(5, `charge of ${name}: one byte over`, null, UPDATE_TOO_LARGE), ...at(bytes + 1) },
    ];
});

const outcome = [
    update.answer(
        5,
        "the charge ignores what is stored",
        {
            TableName: "{hash}",
            Key: KEY,
            UpdateExpression: "SET b = :v",
            ExpressionAttributeValues: { ":v": S("z") },
        },
        {},
        { given: [{ ...KEY, p: S("p".repeat(LIMIT - KEY_BYTES - 1 - 2)) }] },
    ),
    update.refuse(
        5,
        "the item after an update is held to the flat limit",
        {
            TableName: "{hash}",
            Key: KEY,
            UpdateExpression: "SET b = :v",
            ExpressionAttributeValues: { ":v": S("zz") },
        },
        UPDATE_TOO_LARGE,
        { given: [{ ...KEY, p: S("p".repeat(LIMIT - KEY_BYTES - 1 - 2)) }] },
    ),
    {
        ...update.refuse(
            4,
            "the charge before the condition",
            {
                TableName: "{hash}",
                Key: KEY,
                UpdateExpression: "SET b = :v",
                ConditionExpression: "attribute_exists(pk)",
                ExpressionAttributeValues: { ":v": S("z".repeat(LIMIT)) },
            },
            UPDATE_TOO_LARGE,
        ),
    },
    update.answer(
        5,
        "AttributeUpdates know only the flat limit",
        {
            TableName: "{hash}",
            Key: KEY,
            AttributeUpdates: { b: { Action: "PUT", Value: S("u".repeat(LIMIT - KEY_BYTES - 1)) } },
        },
        {},
    ),
    update.refuse(
        5,
        "AttributeUpdates over the flat limit",
        {
            TableName: "{hash}",
            Key: KEY,
            AttributeUpdates: { b: { Action: "PUT", Value: S("u".repeat(LIMIT - KEY_BYTES)) } },
        },
        UPDATE_TOO_LARGE,
    ),
    write.answer(
        5,
        "a batch put at the limit",
        {
            RequestItems: {
                "{hash}": [{ PutRequest: { Item: { ...KEY, b: S("u".repeat(LIMIT - KEY_BYTES - 1)) } } }],
            },
        },
        { UnprocessedItems: {} },
    ),
    write.refuse(
        5,
        "a batch put over the limit",
        { RequestItems: { "{hash}": [{ PutRequest: { Item: { ...KEY, b: S("u".repeat(LIMIT - KEY_BYTES)) } } }] } },
        ITEM_TOO_LARGE,
    ),
];

export default [...values, ...charges, ...outcome];
