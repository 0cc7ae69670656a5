import {
    ENV,
    INV,
    errors,
    mustNotBeNull,
    mustBe,
    atLeast,
    TABLE_NAME_PATTERN,
    EMPTY_TABLE_NAME,
    BAD_RCC,
    BAD_RICM,
    BAD_RVCF,
    BAD_RV,
    NOT_FOUND,
    CONDITION_FAILED,
    KEY_MISFIT,
    emptyKey,
    mixed,
    S,
    N,
    SS,
    L,
    M,
    factsOf,
} from "./words.mjs";

const del = factsOf("DeleteItem");
const get = factsOf("GetItem");
const KEY = { pk: S("{id}") };
const at = (TableName, more) => ({ TableName, Key: KEY, ...more });
const notFound = (fact) => ({ ...fact, error: "ResourceNotFoundException" });

const both = [del, get].flatMap(({ refuse }) => [
    refuse(1, "no table name", { Key: KEY }, ENV + mustNotBeNull("tableName")),
    refuse(1, "empty table name alone", at("", { ReturnConsumedCapacity: "x" }), ENV + EMPTY_TABLE_NAME),
    refuse(1, "short table name", at("ab"), ENV + mustBe("ab", "tableName", atLeast(3))),
    refuse(1, "malformed table name", at("a b c"), ENV + mustBe("a b c", "tableName", TABLE_NAME_PATTERN)),
    refuse(1, "no key", { TableName: "{hash}" }, ENV + mustNotBeNull("key")),
    refuse(
        1,
        "no key, bad member",
        { TableName: "{hash}", ReturnConsumedCapacity: "x" },
        errors(mustNotBeNull("key"), BAD_RCC),
    ),
    refuse(
        1,
        "name and member together",
        at("ab", { ReturnConsumedCapacity: "x" }),
        errors(mustBe("ab", "tableName", atLeast(3)), BAD_RCC),
    ),
    refuse(1, "ReturnConsumedCapacity", at("{hash}", { ReturnConsumedCapacity: "x" }), ENV + BAD_RCC),
    notFound(refuse(3, "table missing", at("no_such_table"), NOT_FOUND)),
    notFound(refuse(4, "the table before the key schema", { TableName: "no_such_table", Key: {} }, NOT_FOUND)),
    refuse(
        4,
        "an empty key value before the table",
        { TableName: "no_such_table", Key: { pk: S("") } },
        emptyKey("pk"),
    ),
    refuse(3, "key of the wrong type", { TableName: "{hash}", Key: { pk: N(1) } }, KEY_MISFIT),
    refuse(3, "key with too much", { TableName: "{hash}", Key: { pk: S("a"), sk: S("b") } }, KEY_MISFIT),
    refuse(3, "key without sort key", { TableName: "{range}", Key: KEY }, KEY_MISFIT),
    refuse(3, "empty sort key", { TableName: "{range}", Key: { pk: S("a"), sk: S("") } }, emptyKey("sk")),
    refuse(
        3,
        "partition key too long",
        { TableName: "{hash}", Key: { pk: S("k".repeat(2049)) } },
        `${INV}Size of hashkey has exceeded the maximum size limit of2048 bytes`,
    ),
]);

const deletes = [
    del.refuse(
        1,
        "ReturnValues",
        at("{hash}", { ReturnValues: "x" }),
        new RegExp(`${BAD_RV.replace(/[[\]]/g, "\\$&")}`),
    ),
    del.refuse(
        1,
        "members together",
        at("{hash}", {
            ReturnItemCollectionMetrics: "x",
            ReturnValuesOnConditionCheckFailure: "x",
            ReturnConsumedCapacity: "x",
        }),
        errors(BAD_RCC, BAD_RICM, BAD_RVCF),
    ),
    del.refuse(
        1,
        "ReturnValues DeleteItem cannot give",
        at("{hash}", { ReturnValues: "ALL_NEW" }),
        `${ENV}ReturnValues can only be ALL_OLD or NONE`,
    ),
    del.refuse(
        1,
        "ReturnValues it cannot give comes last",
        at("{hash}", { ReturnValues: "ALL_NEW", ReturnConsumedCapacity: "x" }),
        errors(BAD_RCC, "ReturnValues can only be ALL_OLD or NONE"),
    ),
    del.refuse(
        4,
        "mixed parameters before the key value",
        { TableName: "{hash}", Key: { pk: S("") }, Expected: { a: { Exists: false } }, ConditionExpression: "a = a" },
        ENV + mixed("Expected", "ConditionExpression"),
    ),
    del.refuse(
        4,
        "the condition's syntax before the table",
        at("no_such_table", { ConditionExpression: "a" }),
        /^1 validation error detected: Invalid ConditionExpression: Syntax error; token: "<EOF>"/,
    ),
    del.refuse(
        4,
        "empty set in a value before the table",
        at("no_such_table", { ConditionExpression: "a = :v", ExpressionAttributeValues: { ":v": SS() } }),
        `${ENV}${INV}An string set  may not be empty`,
    ),
    del.answer(3, "a missing item is deleted", at("{hash}", { ReturnValues: "ALL_OLD" }), { Attributes: undefined }),
    del.answer(
        3,
        "ALL_OLD gives what was deleted",
        at("{hash}", { ReturnValues: "ALL_OLD" }),
        { Attributes: { ...KEY, a: L(M({ b: N(1) })) } },
        { given: [{ ...KEY, a: L(M({ b: N(1) })) }], then: [["GetItem", at("{hash}"), { Item: undefined }]] },
    ),
    {
        ...del.answer(3, "condition false", at("{hash}", { ConditionExpression: "attribute_exists(pk)" })),
        error: "ConditionalCheckFailedException",
        message: CONDITION_FAILED,
    },
    {
        ...del.answer(
            3,
            "condition false, old item wanted",
            at("{hash}", {
                ConditionExpression: "attribute_not_exists(a)",
                ReturnValuesOnConditionCheckFailure: "ALL_OLD",
            }),
            { Item: { ...KEY, a: N(1) } },
            { given: [{ ...KEY, a: N(1) }] },
        ),
        error: "ConditionalCheckFailedException",
        message: CONDITION_FAILED,
    },
];

const projected = (name, expression, item, expected, more) =>
    get.answer(
        7,
        `projection: ${name}`,
        at("{hash}", { ProjectionExpression: expression, ...more }),
        { Item: expected },
        { given: [{ ...KEY, ...item }] },
    );
const LIST = { l: L(N(0), N(1), N(2), M({ a: S("x"), b: S("y") })) };

const gets = [
    get.answer(7, "a missing item", at("{hash}"), { Item: undefined }),
    get.answer(
        7,
        "a consistent read",
        at("{hash}", { ConsistentRead: true }),
        { Item: { ...KEY, a: N(1) } },
        { given: [{ ...KEY, a: N(1) }] },
    ),
    projected("adds no keys", "a", { a: N(1), b: N(2) }, { a: N(1) }),
    projected("absent attributes give an empty item", "x, y.z", { a: N(1) }, {}),
    projected("list elements come back compacted in index order", "l[2], l[0]", LIST, { l: L(N(0), N(2)) }),
    projected("steps into one element are merged", "l[3].b, l[3].a", LIST, { l: L(M({ a: S("x"), b: S("y") })) }),
    projected("beyond the end of a list", "l[9]", LIST, {}),
    projected("through the wrong type", "l.a", LIST, {}),
    projected(
        "a name with a dot in it",
        "#n",
        { "a.b": N(1), a: M({ b: N(2) }) },
        { "a.b": N(1) },
        { ExpressionAttributeNames: { "#n": "a.b" } },
    ),
    get.refuse(
        7,
        "overlap fails even without an item",
        at("{hash}", { ProjectionExpression: "a, a" }),
        "Invalid ProjectionExpression: Two document paths overlap with each other; " +
            "must remove or rewrite one of these paths; path one: [a], path two: [a]",
    ),
    get.refuse(
        4,
        "mixed parameters",
        at("{hash}", { ProjectionExpression: "a", AttributesToGet: ["a"] }),
        mixed("AttributesToGet", "ProjectionExpression"),
    ),
    get.refuse(
        4,
        "the projection's syntax before the table",
        at("no_such_table", { ProjectionExpression: "a b" }),
        'Invalid ProjectionExpression: Syntax error; token: "b", near: "a b"',
    ),
];

export default [...both, ...deletes, ...gets];
