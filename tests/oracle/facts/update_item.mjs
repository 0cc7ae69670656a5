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
    BAD_RV_OLDER,
    NOT_FOUND,
    CONDITION_FAILED,
    KEY_MISFIT,
    OVERFLOW,
    emptyKey,
    mixed,
    S,
    N,
    B,
    SS,
    NS,
    L,
    M,
    factsOf,
} from "./words.mjs";

const { refuse, answer } = factsOf("UpdateItem");
const KEY = { pk: S("{id}") };
const named = (TableName, more) => ({ TableName, Key: KEY, ...more });
const update = (UpdateExpression, values, more) => ({
    TableName: "{hash}",
    Key: KEY,
    UpdateExpression,
    ...(values && { ExpressionAttributeValues: values }),
    ...more,
});
const all = (bad) => ({
    ReturnValues: bad,
    ReturnConsumedCapacity: bad,
    ReturnItemCollectionMetrics: bad,
    ReturnValuesOnConditionCheckFailure: bad,
});

const members = [
    refuse(1, "nothing at all", {}, errors(mustNotBeNull("tableName"), mustNotBeNull("key"))),
    refuse(1, "no key", { TableName: "{hash}" }, ENV + mustNotBeNull("key")),
    refuse(
        1,
        "no key: all members together, older wording",
        all("x"),
        errors(BAD_RCC, mustNotBeNull("tableName"), BAD_RV_OLDER, BAD_RVCF, BAD_RICM, mustNotBeNull("key")),
    ),
    refuse(1, "no key: a short name is not listed", { TableName: "ab" }, ENV + mustNotBeNull("key")),
    refuse(1, "key without table name", { Key: KEY }, ENV + mustNotBeNull("tableName")),
    refuse(
        1,
        "key without table name, with ReturnValues",
        { Key: KEY, ReturnValues: "x" },
        errors(mustNotBeNull("tableName"), BAD_RV_OLDER),
    ),
    refuse(1, "empty table name", named("", all("x")), ENV + EMPTY_TABLE_NAME),
    refuse(1, "short table name alone", named("ab", all("x")), ENV + mustBe("ab", "tableName", atLeast(3))),
    refuse(1, "table name too long", named("a".repeat(256)), ENV + mustBe("a".repeat(256), "tableName", atMost(255))),
    refuse(
        1,
        "short and malformed table name: both, pattern first",
        named("a!"),
        errors(mustBe("a!", "tableName", TABLE_NAME_PATTERN), mustBe("a!", "tableName", atLeast(3))),
    ),
    refuse(1, "only ReturnValues of four", named("{hash}", all("x")), ENV + BAD_RV),
    refuse(
        1,
        "only ReturnValuesOnConditionCheckFailure of three, bare",
        named("{hash}", { ...all("x"), ReturnValues: "NONE" }),
        BAD_RVCF,
    ),
    refuse(
        1,
        "only ReturnItemCollectionMetrics of two",
        named("{hash}", { ReturnItemCollectionMetrics: "x", ReturnConsumedCapacity: "x" }),
        ENV + BAD_RICM,
    ),
    refuse(1, "ReturnConsumedCapacity, bare", named("{hash}", { ReturnConsumedCapacity: "x" }), BAD_RCC),
];

const keys = [
    refuse(3, "key of the wrong name", { TableName: "{hash}", Key: { a: S("b") } }, KEY_MISFIT),
    refuse(3, "key with too much", { TableName: "{hash}", Key: { ...KEY, a: S("b") } }, KEY_MISFIT),
    refuse(3, "key of the wrong type", { TableName: "{hash}", Key: { pk: N(1) } }, KEY_MISFIT),
    refuse(3, "key without sort key", { TableName: "{range}", Key: KEY }, KEY_MISFIT),
    refuse(3, "no key attributes", { TableName: "{hash}", Key: {} }, KEY_MISFIT),
    refuse(3, "empty key", { TableName: "{hash}", Key: { pk: S("") } }, emptyKey("pk")),
    refuse(3, "empty binary key", { TableName: "{hash_b}", Key: { pk: B("") } }, emptyKey("pk", "binary")),
    refuse(
        3,
        "partition key too long",
        { TableName: "{hash}", Key: { pk: S("k".repeat(2049)) } },
        `${INV}Size of hashkey has exceeded the maximum size limit of2048 bytes`,
    ),
    refuse(
        3,
        "update of a key",
        update("SET pk = :v", { ":v": S("b") }),
        `${INV}Cannot update attribute pk. This attribute is part of the key`,
    ),
    refuse(
        3,
        "removal of a key",
        update("REMOVE pk"),
        `${INV}Cannot update attribute pk. This attribute is part of the key`,
    ),
    refuse(
        3,
        "update of a sort key",
        {
            TableName: "{range}",
            Key: { pk: S("{id}"), sk: S("a") },
            UpdateExpression: "ADD sk :v",
            ExpressionAttributeValues: { ":v": N(1) },
        },
        `${INV}Cannot update attribute sk. This attribute is part of the key`,
    ),
    refuse(
        3,
        "index key of the wrong type",
        {
            TableName: "{indexed}",
            Key: { pk: S("{id}"), sk: S("a") },
            UpdateExpression: "SET gk = :v",
            ExpressionAttributeValues: { ":v": N(1) },
        },
        `${INV}Type mismatch for Index Key gk Expected: S Actual: N IndexName: gsi`,
        { needs: "indexes" },
    ),
    refuse(
        3,
        "empty index key",
        {
            TableName: "{indexed}",
            Key: { pk: S("{id}"), sk: S("a") },
            UpdateExpression: "SET gk = :v",
            ExpressionAttributeValues: { ":v": S("") },
        },
        "One or more parameter values are not valid. The update expression attempted to update a secondary index key " +
            "to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string " +
            "value.",
        { needs: "indexes" },
    ),
];

const PATH_INVALID = "The document path provided in the update expression is invalid for update";
const MISSING = "The provided expression refers to an attribute that does not exist in the item";
const WRONG_TYPE = "An operand in the update expression has an incorrect data type";
const withItem = (attributes) => ({ given: [{ ...KEY, ...attributes }] });

const runTime = [
    refuse(3, "path through a missing attribute", update("SET a.b = :v", { ":v": S("x") }), PATH_INVALID),
    refuse(
        3,
        "path through a string",
        update("SET a.b = :v", { ":v": S("x") }),
        PATH_INVALID,
        withItem({ a: S("s") }),
    ),
    refuse(3, "index into a map", update("SET a[0] = :v", { ":v": S("x") }), PATH_INVALID, withItem({ a: M({}) })),
    refuse(3, "name in a list", update("SET a.b = :v", { ":v": S("x") }), PATH_INVALID, withItem({ a: L() })),
    refuse(3, "removal through a missing attribute", update("REMOVE a.b"), PATH_INVALID, withItem({})),
    refuse(3, "operand missing", update("SET a = b"), MISSING, withItem({})),
    refuse(3, "operand of + missing", update("SET a = a + :v", { ":v": N(1) }), MISSING, withItem({})),
    refuse(
        3,
        "operand of list_append missing",
        update("SET a = list_append(a, :v)", { ":v": L() }),
        MISSING,
        withItem({}),
    ),
    refuse(3, "operand of + a string", update("SET a = a + :v", { ":v": N(1) }), WRONG_TYPE, withItem({ a: S("1") })),
    refuse(
        3,
        "operand of list_append a string",
        update("SET a = list_append(:v, a)", { ":v": L() }),
        WRONG_TYPE,
        withItem({ a: S("1") }),
    ),
    refuse(3, "ADD to a string", update("ADD a :v", { ":v": N(1) }), WRONG_TYPE, withItem({ a: S("1") })),
    refuse(
        3,
        "ADD of a set to another type of set",
        update("ADD a :v", { ":v": SS("x") }),
        WRONG_TYPE,
        withItem({ a: NS("1") }),
    ),
    refuse(3, "DELETE from a number", update("DELETE a :v", { ":v": NS("1") }), WRONG_TYPE, withItem({ a: N(1) })),
    refuse(
        0,
        "sum too large",
        update("SET a = a + :v", { ":v": N("9e125") }),
        new RegExp(`${OVERFLOW}$`),
        withItem({ a: N("9e125") }),
    ),
    refuse(
        0,
        "ADD too large",
        update("ADD a :v", { ":v": N("9e125") }),
        new RegExp(`${OVERFLOW}$`),
        withItem({ a: N("9e125") }),
    ),
];

const order = [
    refuse(
        4,
        "mixed parameters",
        {
            TableName: "{hash}",
            Key: KEY,
            UpdateExpression: "SET a = :v",
            AttributeUpdates: {},
            ExpressionAttributeValues: { ":v": S("x") },
        },
        ENV + mixed("AttributeUpdates", "UpdateExpression"),
    ),
    refuse(
        4,
        "mixed parameters, all of them",
        {
            TableName: "{hash}",
            Key: KEY,
            UpdateExpression: "REMOVE a",
            ConditionExpression: "attribute_exists(a)",
            AttributeUpdates: { a: { Action: "DELETE" } },
            Expected: { a: { Exists: false } },
            ConditionalOperator: "AND",
        },
        ENV + mixed("AttributeUpdates, Expected, ConditionalOperator", "UpdateExpression, ConditionExpression"),
    ),
    refuse(
        4,
        "bad value before mixed parameters",
        update("SET a = :v", { ":v": SS() }, { AttributeUpdates: {} }),
        `${ENV}${INV}An string set  may not be empty`,
    ),
    refuse(
        4,
        "key value before empty expressions",
        { TableName: "{hash}", Key: { pk: S("") }, UpdateExpression: "", ConditionExpression: "" },
        emptyKey("pk"),
    ),
    refuse(
        4,
        "empty condition before empty update",
        update("", null, { ConditionExpression: "" }),
        `${ENV}Invalid ConditionExpression: The expression can not be empty;`,
    ),
    refuse(
        4,
        "update syntax before condition syntax",
        update("SET a", null, { ConditionExpression: "a" }),
        `${ENV}Invalid UpdateExpression: Syntax error; token: "<EOF>", near: "a"`,
    ),
    refuse(
        4,
        "condition syntax before unused values",
        update("SET a = :v", { ":v": S("x"), ":w": S("y") }, { ConditionExpression: "a =" }),
        `${ENV}Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "="`,
    ),
    refuse(
        4,
        "unused value before the table",
        { ...update("SET a = :v", { ":v": S("x"), ":w": S("y") }), TableName: "no_such_table" },
        `${ENV}Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}`,
    ),
    {
        ...refuse(4, "the table before the key schema", { TableName: "no_such_table", Key: {} }, NOT_FOUND),
        error: "ResourceNotFoundException",
    },
    refuse(
        4,
        "key schema before the condition",
        {
            TableName: "{hash}",
            Key: { a: S("x") },
            UpdateExpression: "REMOVE b",
            ConditionExpression: "attribute_exists(c)",
        },
        KEY_MISFIT,
    ),
    {
        ...refuse(
            4,
            "a failing condition before a bad path",
            update("SET a.b = :v", { ":v": S("x") }, { ConditionExpression: "attribute_exists(pk)" }),
            CONDITION_FAILED,
        ),
        error: "ConditionalCheckFailedException",
    },
    {
        ...refuse(
            4,
            "a failing condition before a key update",
            update("SET pk = :v", { ":v": S("x") }, { ConditionExpression: "attribute_exists(pk)" }),
            CONDITION_FAILED,
        ),
        error: "ConditionalCheckFailedException",
    },
    refuse(
        4,
        "an ADD operand before a bad path elsewhere",
        update("SET x.y = :v ADD a :v", { ":v": N(1) }),
        WRONG_TYPE,
        withItem({ a: S("s") }),
    ),
];

const became = (attributes) => ({
    then: [["GetItem", { TableName: "{hash}", Key: KEY }, { Item: attributes && { ...KEY, ...attributes } }]],
});
const give = (ReturnValues) => ({ ReturnValues });
const outcomes = [
    answer(
        7,
        "an update creates the item",
        update("SET a = :v", { ":v": S("x") }, give("ALL_NEW")),
        { Attributes: { ...KEY, a: S("x") } },
        became({ a: S("x") }),
    ),
    answer(7, "an update without expression creates the item", { TableName: "{hash}", Key: KEY }, {}, became({})),
    answer(7, "REMOVE alone on a missing item creates nothing", update("REMOVE a"), {}, became(undefined)),
    answer(
        7,
        "every clause reads the old item",
        update("SET a = b, b = a"),
        {},
        { ...withItem({ a: S("1"), b: S("2") }), ...became({ a: S("2"), b: S("1") }) },
    ),
    answer(
        7,
        "SETs past the end append in index order",
        update("SET l[9] = :nine, l[5] = :five", { ":nine": N(9), ":five": N(5) }),
        {},
        { ...withItem({ l: L(S("x")) }), ...became({ l: L(S("x"), N(5), N(9)) }) },
    ),
    answer(
        7,
        "REMOVE past the old end sees no appended element",
        update("SET l[3] = :v REMOVE l[1]", { ":v": N(3) }),
        {},
        { ...withItem({ l: L(S("x")) }), ...became({ l: L(S("x"), N(3)) }) },
    ),
    answer(
        7,
        "REMOVE of several elements means old places",
        update("REMOVE l[0], l[2]"),
        {},
        { ...withItem({ l: L(N(0), N(1), N(2), N(3)) }), ...became({ l: L(N(1), N(3)) }) },
    ),
    answer(
        7,
        "DELETE that empties a set removes it",
        update("DELETE s :v", { ":v": SS("a", "b") }),
        {},
        { ...withItem({ s: SS("a") }), ...became({}) },
    ),
    answer(
        7,
        "DELETE that empties a set removes its list element",
        update("DELETE l[0] :v", { ":v": SS("a") }),
        {},
        { ...withItem({ l: L(SS("a"), N(1)) }), ...became({ l: L(N(1)) }) },
    ),
    answer(
        7,
        "DELETE from a missing attribute does nothing",
        update("DELETE s :v", { ":v": SS("a") }),
        {},
        { ...withItem({}), ...became({}) },
    ),
    answer(
        7,
        "ADD makes a number and a set",
        update("ADD n :n, s :s", { ":n": N(5), ":s": SS("a") }),
        {},
        { ...withItem({}), ...became({ n: N(5), s: SS("a") }) },
    ),
    answer(
        7,
        "ADD counts and unites",
        update("ADD n :n, s :s", { ":n": N("-0.5"), ":s": SS("b", "a") }),
        {},
        { ...withItem({ n: N(1), s: SS("a", "c") }), ...became({ n: N("0.5"), s: SS("a", "b", "c") }) },
    ),
    answer(
        7,
        "arithmetic is exact",
        update("SET a = a + :v", { ":v": N("1e-37") }),
        {},
        { ...withItem({ a: N(1) }), ...became({ a: N("1.0000000000000000000000000000000000001") }) },
    ),
    answer(
        7,
        "if_not_exists takes what is there",
        update("SET a = if_not_exists(a, :v), b = if_not_exists(b, :v)", { ":v": N(7) }),
        {},
        { ...withItem({ a: N(1) }), ...became({ a: N(1), b: N(7) }) },
    ),
    answer(
        7,
        "if_not_exists inside +",
        update("SET n = if_not_exists(n, :z) + :v", { ":z": N(0), ":v": N(7) }),
        {},
        { ...withItem({}), ...became({ n: N(7) }) },
    ),
    answer(
        7,
        "list_append in both orders",
        update("SET a = list_append(a, :v), b = list_append(:v, b)", { ":v": L(N(2)) }),
        {},
        { ...withItem({ a: L(N(1)), b: L(N(1)) }), ...became({ a: L(N(1), N(2)), b: L(N(2), N(1)) }) },
    ),
    answer(
        7,
        "UPDATED_NEW gives touched parts",
        update("SET m.a = :v, x = :v", { ":v": N(2) }, give("UPDATED_NEW")),
        { Attributes: { m: M({ a: N(2) }), x: N(2) } },
        withItem({ m: M({ a: N(1), b: N(1) }), y: N(1) }),
    ),
    answer(
        7,
        "UPDATED_OLD gives touched parts",
        update("SET m.a = :v, x = :v", { ":v": N(2) }, give("UPDATED_OLD")),
        { Attributes: { m: M({ a: N(1) }) } },
        withItem({ m: M({ a: N(1), b: N(1) }), y: N(1) }),
    ),
    answer(
        7,
        "UPDATED_NEW of a REMOVE has no Attributes",
        update("REMOVE a", null, give("UPDATED_NEW")),
        { Attributes: undefined },
        withItem({ a: N(1) }),
    ),
    answer(
        7,
        "UPDATED_OLD of a REMOVE",
        update("REMOVE a", null, give("UPDATED_OLD")),
        { Attributes: { a: N(1) } },
        withItem({ a: N(1), b: N(2) }),
    ),
    answer(
        7,
        "UPDATED_OLD of a new item has no Attributes",
        update("SET a = :v", { ":v": N(1) }, give("UPDATED_OLD")),
        { Attributes: undefined },
    ),
    answer(
        7,
        "ALL_OLD",
        update("SET a = :v", { ":v": N(2) }, give("ALL_OLD")),
        { Attributes: { ...KEY, a: N(1) } },
        withItem({ a: N(1) }),
    ),
    answer(7, "ALL_OLD of a new item has no Attributes", update("SET a = :v", { ":v": N(2) }, give("ALL_OLD")), {
        Attributes: undefined,
    }),
    {
        ...answer(
            7,
            "the old item with a failed condition",
            update(
                "SET a = :v",
                { ":v": N(2) },
                { ConditionExpression: "a = :v", ReturnValuesOnConditionCheckFailure: "ALL_OLD" },
            ),
            { Item: { ...KEY, a: N(1) } },
            withItem({ a: N(1) }),
        ),
        error: "ConditionalCheckFailedException",
        message: CONDITION_FAILED,
    },
];

export default [...members, ...keys, ...runTime, ...order, ...outcomes];
