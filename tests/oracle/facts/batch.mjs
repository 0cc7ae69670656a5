import {
    ENV,
    INV,
    errors,
    memberMust,
    atLeast,
    atMost,
    BAD_RCC,
    BAD_RICM,
    NOT_FOUND,
    KEY_MISFIT,
    ITEM_TOO_LARGE,
    emptyKey,
    mixed,
    notANumber,
    S,
    N,
    SS,
    factsOf,
} from "./words.mjs";

const get = factsOf("BatchGetItem");
const write = factsOf("BatchWriteItem");
const asked = (Keys, more) => ({ RequestItems: { "{hash}": { Keys, ...more } } });
const key = (name) => ({ pk: S(name) });
const keys = (count) => Array.from({ length: count }, (_, i) => key(`k${i}`));
const put = (attributes) => ({ PutRequest: { Item: attributes } });
const del = (attributes) => ({ DeleteRequest: { Key: attributes } });
const writes = (...requests) => ({ RequestItems: { "{hash}": requests } });
const notFound = (fact) => ({ ...fact, error: "ResourceNotFoundException" });

const gets = [
    get.refuse(1, "no tables", { RequestItems: {} }, ENV + memberMust("RequestItems", atLeast(1))),
    get.refuse(1, "no keys", asked([]), ENV + memberMust("RequestItems.{hash}.member.Keys", atLeast(1))),
    get.refuse(1, "101 keys", asked(keys(101)), ENV + memberMust("RequestItems.{hash}.member.Keys", atMost(100))),
    get.refuse(1, "ReturnConsumedCapacity", { ...asked([key("a")]), ReturnConsumedCapacity: "x" }, ENV + BAD_RCC),
    get.refuse(
        4,
        "duplicate keys",
        asked([key("a"), key("b"), key("a")]),
        "Provided list of item keys contains duplicates",
    ),
    get.refuse(
        4,
        "duplicate keys, numbers by value",
        { RequestItems: { "{hash_n}": { Keys: [{ pk: N("1") }, { pk: N("1.0") }] } } },
        "Provided list of item keys contains duplicates",
    ),
    get.refuse(
        4,
        "mixed parameters before duplicates",
        asked([key("a"), key("a")], { ProjectionExpression: "a", AttributesToGet: ["a"] }),
        mixed("AttributesToGet", "ProjectionExpression"),
    ),
    get.refuse(4, "bad value before duplicates", asked([{ pk: N("abc") }, key("a"), key("a")]), notANumber("abc")),
    get.refuse(
        4,
        "duplicates before tables",
        { RequestItems: { no_such_table: { Keys: [key("a"), key("a")] } } },
        "Provided list of item keys contains duplicates",
    ),
    notFound(get.refuse(3, "table missing", { RequestItems: { no_such_table: { Keys: [key("a")] } } }, NOT_FOUND)),
    get.refuse(3, "key of the wrong name", asked([{ a: S("b") }]), KEY_MISFIT),
    get.refuse(3, "key of the wrong type", asked([{ pk: N(1) }]), KEY_MISFIT),
    get.refuse(3, "empty key", asked([key("")]), emptyKey("pk")),
    get.refuse(
        3,
        "unused name",
        asked([key("a")], { ProjectionExpression: "a", ExpressionAttributeNames: { "#n": "b" } }),
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}",
    ),
    get.refuse(
        3,
        "syntax error",
        asked([key("a")], { ProjectionExpression: "a b" }),
        'Invalid ProjectionExpression: Syntax error; token: "b", near: "a b"',
    ),
    get.answer(
        3,
        "absent keys are left out",
        asked([key("{id}"), key("{id} not there")]),
        { Responses: { "{hash}": [{ ...key("{id}"), a: N(1) }] }, UnprocessedKeys: {} },
        { given: { "{hash}": [{ ...key("{id}"), a: N(1) }] } },
    ),
    get.answer(3, "nothing found: an empty list per table", asked([key("{id}")]), {
        Responses: { "{hash}": [] },
        UnprocessedKeys: {},
    }),
    get.answer(
        3,
        "a projection",
        asked([key("{id}")], { ProjectionExpression: "a" }),
        { Responses: { "{hash}": [{ a: N(1) }] } },
        { given: { "{hash}": [{ ...key("{id}"), a: N(1), b: N(2) }] } },
    ),
];

const LENGTHS =
    "Map value must satisfy constraint: [Member must have length less than or equal to 25, " +
    "Member must have length greater than or equal to 1]";
const lengths = (before = "", after = "") =>
    new RegExp(
        `${before}Value '.*' at 'requestItems' failed to satisfy constraint: ` +
            `${LENGTHS.replace(/[[\]]/g, "\\$&")}${after}$`,
        "s",
    );
const MAP_KEYS =
    "Map keys must satisfy constraint: [Member must have length less than or equal to 255, Member must have length " +
    "greater than or equal to 3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]";
const escaped = (text) => text.replace(/[[\].+]/g, "\\$&");
const badKeys = new RegExp(
    `^1 validation error detected: Value '.*' at 'requestItems' failed to satisfy constraint: ${escaped(MAP_KEYS)}$`,
    "s",
);
const sets = [
    write.refuse(1, "no tables", { RequestItems: {} }, "The requestItems parameter is required for BatchWriteItem"),
    write.refuse(1, "no writes", writes(), lengths("^1 validation error detected: ")),
    write.refuse(1, "26 writes", writes(...keys(26).map(put)), lengths("^1 validation error detected: ")),
    write.refuse(
        1,
        "26 writes with other members",
        { ...writes(...keys(26).map(put)), ReturnConsumedCapacity: "x", ReturnItemCollectionMetrics: "x" },
        lengths("^3 validation errors detected: ", `; ${`${BAD_RCC}; ${BAD_RICM}`.replace(/[[\]]/g, "\\$&")}`),
    ),
    write.refuse(
        1,
        "two members",
        { ...writes(put(key("a"))), ReturnConsumedCapacity: "x", ReturnItemCollectionMetrics: "x" },
        errors(BAD_RCC, BAD_RICM),
    ),
    write.refuse(1, "malformed table name", { RequestItems: { "a b c": [put(key("a"))] } }, badKeys),
    write.refuse(
        4,
        "duplicate keys",
        writes(put(key("a")), del(key("a"))),
        "Provided list of item keys contains duplicates",
    ),
    write.refuse(
        4,
        "empty set before duplicates",
        writes(put({ ...key("a"), s: SS() }), put(key("a"))),
        `${INV}An string set  may not be empty`,
    ),
    write.refuse(
        4,
        "item size before duplicates",
        writes(put({ ...key("a"), s: S("x".repeat(409_600)) }), put(key("a"))),
        ITEM_TOO_LARGE,
    ),
    notFound(write.refuse(3, "table missing", { RequestItems: { no_such_table: [put(key("a"))] } }, NOT_FOUND)),
    write.refuse(3, "delete with the wrong key", writes(del({ a: S("b") })), KEY_MISFIT),
    write.refuse(3, "delete with too much", writes(del({ ...key("a"), b: S("c") })), KEY_MISFIT),
    write.refuse(3, "put with an empty key", writes(put(key(""))), emptyKey("pk")),
    write.refuse(3, "put without key", writes(put({ a: S("b") })), KEY_MISFIT),
    write.answer(
        3,
        "a put and a delete",
        writes(put({ ...key("{id}"), a: N(2) }), del(key("{id}b"))),
        { UnprocessedItems: {} },
        {
            given: { "{hash}": [{ ...key("{id}b"), a: N(1) }] },
            then: [
                [
                    "BatchGetItem",
                    asked([key("{id}"), key("{id}b")]),
                    { Responses: { "{hash}": [{ ...key("{id}"), a: N(2) }] } },
                ],
            ],
        },
    ),
    write.refuse(
        4,
        "one bad entry refuses all",
        writes(put(key("{id}")), put({ ...key("{id}b"), s: SS() })),
        `${INV}An string set  may not be empty`,
        { then: [["GetItem", { TableName: "{hash}", Key: key("{id}") }, { Item: undefined }]] },
    ),
];

const nameErrors = [
    get.refuse(1, "malformed table name", { RequestItems: { "a b c": { Keys: [key("a")] } } }, badKeys),
];

export default [...gets, ...sets, ...nameErrors];
