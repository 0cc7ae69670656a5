import {
    ENV,
    INV,
    errors,
    mustNotBeNull,
    mustBe,
    atLeast,
    atMost,
    TABLE_NAME_PATTERN,
    EMPTY_TABLE_NAME,
    BAD_RCC,
    BAD_RICM,
    BAD_RVCF,
    BAD_RV,
    NOT_FOUND,
    CONDITION_FAILED,
    emptyKey,
    mixed,
    ITEM_TOO_LARGE,
    S,
    N,
    B,
    SS,
    L,
    M,
    factsOf,
} from "./words.mjs";

const { refuse, answer } = factsOf("PutItem");
const put = (attributes, more) => ({ TableName: "{hash}", Item: { pk: S("{id}"), ...attributes }, ...more });
const named = (TableName, more) => ({ TableName, Item: { pk: S("{id}") }, ...more });
const stored = (item) => [["GetItem", { TableName: "{hash}", Key: { pk: S("{id}") } }, { Item: item }]];
const HUGE = S("h".repeat(409_600));

const members = [
    refuse(1, "no table name", { Item: { pk: S("a") } }, ENV + mustNotBeNull("tableName")),
    refuse(1, "empty table name", named(""), ENV + EMPTY_TABLE_NAME),
    refuse(1, "table name of two characters", named("ab"), ENV + mustBe("ab", "tableName", atLeast(3))),
    refuse(1, "table name too long", named("a".repeat(256)), ENV + mustBe("a".repeat(256), "tableName", atMost(255))),
    refuse(
        1,
        "table name with a space",
        named("bad name"),
        ENV + mustBe("bad name", "tableName", TABLE_NAME_PATTERN),
    ),
    refuse(
        1,
        "short and malformed table name: length only",
        named("a!"),
        ENV + mustBe("a!", "tableName", atLeast(3)),
    ),
    refuse(1, "no item", { TableName: "{hash}" }, ENV + mustNotBeNull("item")),
    refuse(1, "item is JSON null", { TableName: "{hash}", Item: null }, ENV + mustNotBeNull("item")),
    refuse(1, "ReturnConsumedCapacity", put({}, { ReturnConsumedCapacity: "x" }), ENV + BAD_RCC),
    refuse(1, "ReturnValues", put({}, { ReturnValues: "x" }), ENV + BAD_RV),
    refuse(1, "ReturnItemCollectionMetrics", put({}, { ReturnItemCollectionMetrics: "x" }), ENV + BAD_RICM),
    refuse(
        1,
        "ReturnValuesOnConditionCheckFailure",
        put({}, { ReturnValuesOnConditionCheckFailure: "x" }),
        ENV + BAD_RVCF,
    ),
    refuse(
        1,
        "four members together",
        put(
            {},
            {
                ReturnConsumedCapacity: "x",
                ReturnValues: "x",
                ReturnItemCollectionMetrics: "x",
                ReturnValuesOnConditionCheckFailure: "x",
            },
        ),
        errors(BAD_RCC, BAD_RV, BAD_RICM, BAD_RVCF),
    ),
    refuse(
        1,
        "three members together",
        put({}, { ReturnItemCollectionMetrics: "x", ReturnValues: "x", ReturnConsumedCapacity: "x" }),
        errors(BAD_RCC, BAD_RV, BAD_RICM),
    ),
    refuse(
        1,
        "bad name with members",
        named("ab", { ReturnConsumedCapacity: "x", ReturnValues: "x" }),
        errors(mustBe("ab", "tableName", atLeast(3)), BAD_RCC, BAD_RV),
    ),
    refuse(
        1,
        "no item with a bad member",
        { TableName: "{hash}", ReturnConsumedCapacity: "x" },
        errors(mustNotBeNull("item"), BAD_RCC),
    ),
    refuse(
        1,
        "empty name stops early",
        named("", { ReturnValues: "x", ReturnConsumedCapacity: "x" }),
        ENV + EMPTY_TABLE_NAME,
    ),
    refuse(
        1,
        "ReturnValues PutItem cannot give",
        put({}, { ReturnValues: "UPDATED_NEW" }),
        /ReturnValues can only be ALL_OLD or NONE$/,
    ),
];

const keys = [
    refuse(3, "key missing", { TableName: "{hash}", Item: { a: S("b") } }, `${INV}Missing the key pk in the item`),
    refuse(
        3,
        "sort key missing",
        { TableName: "{range}", Item: { pk: S("b") } },
        `${INV}Missing the key sk in the item`,
    ),
    refuse(
        3,
        "key of the wrong type",
        { TableName: "{hash}", Item: { pk: N(1) } },
        `${INV}Type mismatch for key pk expected: S actual: N`,
    ),
    refuse(
        3,
        "sort key of the wrong type",
        { TableName: "{range_n}", Item: { pk: S("a"), sk: S("1") } },
        `${INV}Type mismatch for key sk expected: N actual: S`,
    ),
    refuse(
        3,
        "key is a map",
        { TableName: "{hash}", Item: { pk: M({}) } },
        `${INV}Type mismatch for key pk expected: S actual: M`,
    ),
    refuse(
        3,
        "key is NULL",
        { TableName: "{hash}", Item: { pk: { NULL: true } } },
        `${INV}Type mismatch for key pk expected: S actual: NULL`,
    ),
    refuse(3, "empty string key", { TableName: "{hash}", Item: { pk: S("") } }, emptyKey("pk")),
    refuse(3, "empty string sort key", { TableName: "{range}", Item: { pk: S("a"), sk: S("") } }, emptyKey("sk")),
    refuse(3, "empty binary key", { TableName: "{hash_b}", Item: { pk: B("") } }, emptyKey("pk", "binary")),
    refuse(
        3,
        "partition key of 2,049 bytes",
        { TableName: "{hash}", Item: { pk: S("k".repeat(2049)) } },
        `${INV}Size of hashkey has exceeded the maximum size limit of2048 bytes`,
    ),
    refuse(
        3,
        "partition key of 683 three-byte characters",
        { TableName: "{hash}", Item: { pk: S("€".repeat(683)) } },
        `${INV}Size of hashkey has exceeded the maximum size limit of2048 bytes`,
    ),
    refuse(
        3,
        "sort key of 1,025 bytes",
        { TableName: "{range}", Item: { pk: S("a"), sk: S("k".repeat(1025)) } },
        `${INV}Aggregated size of all range keys has exceeded the size limit of 1024 bytes`,
    ),
    answer(3, "partition key of 2,048 bytes", { TableName: "{hash}", Item: { pk: S("k".repeat(2048)) } }, {}),
    answer(3, "sort key of 1,024 bytes", { TableName: "{range}", Item: { pk: S("a"), sk: S("k".repeat(1024)) } }, {}),
    refuse(
        3,
        "index key of the wrong type",
        { TableName: "{indexed}", Item: { pk: S("a"), sk: S("b"), gk: N(1) } },
        `${INV}Type mismatch for Index Key gk Expected: S Actual: N IndexName: gsi`,
        { needs: "indexes" },
    ),
    refuse(
        3,
        "index sort key of the wrong type",
        { TableName: "{indexed}", Item: { pk: S("a"), sk: S("b"), lk: S("1") } },
        `${INV}Type mismatch for Index Key lk Expected: N Actual: S IndexName: lsi`,
        { needs: "indexes" },
    ),
    refuse(
        3,
        "table key before index key",
        { TableName: "{indexed}", Item: { pk: N(1), sk: S("b"), gk: N(1) } },
        `${INV}Type mismatch for key pk expected: S actual: N`,
        { needs: "indexes" },
    ),
    refuse(
        3,
        "empty index key",
        { TableName: "{indexed}", Item: { pk: S("a"), sk: S("b"), gk: S("") } },
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. " +
            "The AttributeValue for a key attribute cannot contain an empty string value. IndexName: gsi, IndexKey: gk",
        { needs: "indexes" },
    ),
];

const order = [
    refuse(
        4,
        "members before empty attribute names",
        put({ "": S("a") }, { ReturnConsumedCapacity: "x" }),
        ENV + BAD_RCC,
    ),
    refuse(4, "empty attribute name before values", put({ a: SS(), "": S("a") }), `${ENV}Empty attribute name`),
    refuse(
        4,
        "values before mixed parameters",
        put({ a: SS() }, { Expected: { a: { Exists: false } }, ConditionExpression: "b = :v" }),
        `${ENV}${INV}An string set  may not be empty`,
    ),
    refuse(
        4,
        "mixed parameters before the key value",
        {
            TableName: "{hash}",
            Item: { pk: S("") },
            Expected: { a: { Exists: false } },
            ConditionExpression: "attribute_exists(b)",
        },
        ENV + mixed("Expected", "ConditionExpression"),
    ),
    refuse(
        4,
        "ConditionalOperator before the key value",
        { TableName: "{hash}", Item: { pk: S("") }, ConditionalOperator: "AND" },
        `${ENV}ConditionalOperator cannot be used without Filter or Expected`,
    ),
    refuse(
        4,
        "key value before the empty condition",
        { TableName: "{hash}", Item: { pk: S("") }, ConditionExpression: "" },
        emptyKey("pk"),
    ),
    refuse(
        4,
        "syntax before undefined",
        put({}, { ConditionExpression: "#n = :v AND" }),
        `${ENV}Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "AND"`,
    ),
    refuse(
        4,
        "undefined before unused",
        put({}, { ConditionExpression: "a = :v", ExpressionAttributeValues: { ":w": S("x") } }),
        `${ENV}Invalid ConditionExpression: An expression attribute value used in expression is not defined; ` +
            "attribute value: :v",
    ),
    refuse(
        4,
        "unused before item size",
        put({ h: HUGE }, { ConditionExpression: "attribute_exists(a)", ExpressionAttributeNames: { "#n": "n" } }),
        `${ENV}Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}`,
    ),
    refuse(
        4,
        "Expected before item size",
        put({ h: HUGE }, { Expected: { a: { Exists: true } } }),
        `${ENV}${INV}Value must be provided when Exists is true for Attribute: a`,
    ),
    refuse(
        4,
        "item size before the table",
        { TableName: "no_such_table", Item: { pk: S("a"), h: HUGE } },
        ITEM_TOO_LARGE,
    ),
    refuse(
        4,
        "unused value before the table",
        {
            TableName: "no_such_table",
            Item: { pk: S("a") },
            ConditionExpression: "attribute_exists(a)",
            ExpressionAttributeValues: { ":v": S("x") },
        },
        `${ENV}Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}`,
    ),
    refuse(
        4,
        "Expected before the table",
        { TableName: "no_such_table", Item: { pk: S("a") }, Expected: { a: { Exists: true } } },
        `${ENV}${INV}Value must be provided when Exists is true for Attribute: a`,
    ),
    refuse(
        4,
        "empty set before the table",
        { TableName: "no_such_table", Item: { pk: S("a"), b: SS() } },
        `${ENV}${INV}An string set  may not be empty`,
    ),
    {
        ...refuse(4, "the table before the key", { TableName: "no_such_table", Item: {} }, NOT_FOUND),
        error: "ResourceNotFoundException",
    },
    refuse(
        4,
        "key schema before the condition",
        { TableName: "{hash}", Item: { pk: N(1) }, ConditionExpression: "attribute_exists(nope)" },
        `${INV}Type mismatch for key pk expected: S actual: N`,
    ),
];

const failed = { error: "ConditionalCheckFailedException", message: CONDITION_FAILED };
const answers = [
    {
        ...answer(3, "table missing", { TableName: "no_such_table", Item: { pk: S("a") } }),
        error: "ResourceNotFoundException",
        message: NOT_FOUND,
    },
    {
        ...answer(3, "condition false", put({}, { ConditionExpression: "attribute_exists(pk)" }), {
            Item: undefined,
        }),
        ...failed,
    },
    {
        ...answer(
            3,
            "condition false, old item wanted",
            put(
                {},
                { ConditionExpression: "attribute_not_exists(pk)", ReturnValuesOnConditionCheckFailure: "ALL_OLD" },
            ),
            { Item: { pk: S("{id}"), n: N(1) } },
            { given: [{ pk: S("{id}"), n: N("1.0") }] },
        ),
        ...failed,
    },
    {
        ...answer(
            3,
            "condition false, no old item",
            put({}, { ConditionExpression: "attribute_exists(pk)", ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
            { Item: undefined },
        ),
        ...failed,
    },
    {
        ...answer(
            3,
            "condition false, old item not wanted",
            put({}, { ConditionExpression: "attribute_not_exists(pk)", ReturnValues: "ALL_OLD" }),
            { Item: undefined, Attributes: undefined },
            { given: [{ pk: S("{id}") }] },
        ),
        ...failed,
    },
    answer(3, "ALL_OLD without an old item", put({}, { ReturnValues: "ALL_OLD" }), { Attributes: undefined }),
    answer(
        3,
        "ALL_OLD gives the old item",
        put({ a: S("new") }, { ReturnValues: "ALL_OLD" }),
        { Attributes: { pk: S("{id}"), a: S("old") } },
        { given: [{ pk: S("{id}"), a: S("old") }], then: stored({ pk: S("{id}"), a: S("new") }) },
    ),
    answer(
        3,
        "a put replaces the whole item",
        put({ b: S("2") }),
        { Attributes: undefined },
        { given: [{ pk: S("{id}"), a: S("1") }], then: stored({ pk: S("{id}"), b: S("2") }) },
    ),
    answer(
        3,
        "empty strings and binaries outside the key",
        put({ s: S(""), b: B("") }),
        {},
        { then: stored({ pk: S("{id}"), s: S(""), b: B("") }) },
    ),
    answer(
        3,
        "empty lists and maps, an empty name in none",
        put({ l: L(), m: M({}), n: { NULL: true } }),
        {},
        { then: stored({ pk: S("{id}"), l: L(), m: M({}), n: { NULL: true } }) },
    ),
    answer(
        3,
        "U+0000 and characters beyond the basic plane",
        put({ "a\u0000b😀": S("\u0000x\u0000😀") }),
        {},
        { then: stored({ pk: S("{id}"), "a\u0000b😀": S("\u0000x\u0000😀") }) },
    ),
    answer(
        5,
        "string sets come back in byte order",
        put({ s: SS("b", "a", "B", "😀", "￿", "") }),
        {},
        { then: stored({ pk: S("{id}"), s: SS("", "B", "a", "b", "￿", "😀") }) },
    ),
    answer(
        5,
        "number sets come back ascending",
        put({ s: { NS: ["10", "9", "-1", "0.5", "1E2", "-2"] } }),
        {},
        { then: stored({ pk: S("{id}"), s: { NS: ["-2", "-1", "0.5", "9", "10", "100"] } }) },
    ),
    answer(
        5,
        "binary sets come back in byte order",
        put({ s: { BS: ["/w==", "AA==", "AAA="] } }),
        {},
        { then: stored({ pk: S("{id}"), s: { BS: ["AA==", "AAA=", "/w=="] } }) },
    ),
];

export default [...members, ...keys, ...order, ...answers];
