import {
    ENV,
    INV,
    errors,
    mustNotBeNull,
    mustBe,
    memberMust,
    atLeast,
    valueAtLeast,
    EMPTY_TABLE_NAME,
    BAD_RCC,
    BAD_SELECT,
    NOT_FOUND,
    TWO_TYPES,
    mixed,
    emptyKey,
    notANumber,
    S,
    N,
    B,
    SS,
    L,
    M,
    factsOf,
} from "./words.mjs";

const { refuse, answer } = factsOf("Query");
const V = { ":p": S("{id}") };
const query = (KeyConditionExpression, values, more) => ({
    TableName: "{range}",
    KeyConditionExpression,
    ExpressionAttributeValues: { ...V, ...values },
    ...more,
});
const partition = (more, values) => query("pk = :p", values, more);
const onHash = (more, values) => ({ ...partition(more, values), TableName: "{hash}" });
const rows = (...sks) => ({ given: sks.map((sk) => ({ pk: S("{id}"), sk: S(sk), a: N(1) })) });
const sortKeys = (...sks) => sks.map((sk) => ({ pk: S("{id}"), sk: S(sk), a: N(1) }));
const notFound = (fact) => ({ ...fact, error: "ResourceNotFoundException" });
const LIMIT_ZERO = memberMust("Limit", valueAtLeast(1));

const members = [
    refuse(1, "empty table name", { ...partition(), TableName: "" }, ENV + EMPTY_TABLE_NAME),
    refuse(1, "Limit of 0", partition({ Limit: 0 }), ENV + LIMIT_ZERO),
    refuse(1, "negative Limit", partition({ Limit: -1 }), ENV + LIMIT_ZERO),
    refuse(
        1,
        "Limit and empty name, before other members",
        { ...partition({ Limit: 0, ReturnConsumedCapacity: "x" }), TableName: "" },
        errors(LIMIT_ZERO, EMPTY_TABLE_NAME),
    ),
    refuse(
        1,
        "Limit before the other members",
        partition({ Limit: 0, ReturnConsumedCapacity: "x" }),
        ENV + LIMIT_ZERO,
    ),
    refuse(
        1,
        "name and ReturnConsumedCapacity",
        { ...partition({ ReturnConsumedCapacity: "x" }), TableName: "ab" },
        errors(mustBe("ab", "tableName", atLeast(3)), BAD_RCC),
    ),
    refuse(
        1,
        "no table name",
        { KeyConditionExpression: "pk = :p", ExpressionAttributeValues: V },
        ENV + mustNotBeNull("tableName"),
    ),
    refuse(
        1,
        "no table name: older wording of all members",
        {
            KeyConditionExpression: "pk = :p",
            ExpressionAttributeValues: V,
            Limit: 0,
            Select: "x",
            ReturnConsumedCapacity: "x",
        },
        errors(BAD_SELECT, BAD_RCC, mustNotBeNull("tableName"), mustBe("0", "limit", valueAtLeast(1))),
    ),
    refuse(1, "Select", partition({ Select: "x" }), ENV + BAD_SELECT),
];

const keyConditions = [
    refuse(
        7,
        "no key condition",
        { TableName: "{range}" },
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    ),
    refuse(
        3,
        "empty key condition",
        { TableName: "{range}", KeyConditionExpression: "" },
        "Invalid KeyConditionExpression: The expression can not be empty;",
    ),
    refuse(7, "partition key missing", query("sk = :p"), "Query condition missed key schema element: pk"),
    refuse(
        7,
        "partition key missing, other attribute",
        query("a = :p"),
        "Query condition missed key schema element: pk",
    ),
    refuse(
        7,
        "another attribute beside the key",
        query("pk = :p AND a = :p"),
        "Query condition missed key schema element: sk",
    ),
    refuse(
        7,
        "range on a lone hash key",
        { ...query("pk > :p"), TableName: "{hash}" },
        "Query key condition not supported",
    ),
    refuse(7, "range on the partition key", query("pk < :p AND sk = :p"), "Query key condition not supported"),
    refuse(
        7,
        "three conditions",
        query("pk = :p AND sk = :p AND a = :p"),
        "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
    ),
    refuse(
        7,
        "two conditions on a table without sort key",
        { ...query("pk = :p AND sk = :p"), TableName: "{hash}" },
        "The number of query conditions (2) exceeds the number of key attributes defined in the schema (1)",
    ),
    refuse(
        7,
        "two conditions on one key",
        query("pk = :p AND sk > :p AND sk < :p"),
        "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
    ),
    refuse(
        7,
        "condition on a nested attribute",
        query("pk = :p AND sk.a = :p"),
        "Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes",
    ),
    refuse(
        7,
        "wrong type under =",
        query("pk = :n", { ":p": undefined, ":n": N(1) }),
        `${INV}Condition parameter type does not match schema type`,
    ),
    refuse(
        7,
        "wrong type under = on the sort key",
        query("pk = :p AND sk = :n", { ":n": N(1) }),
        `${INV}Condition parameter type does not match schema type`,
    ),
    refuse(
        7,
        "a key type, but the wrong one, under <",
        query("pk = :p AND sk < :n", { ":n": N(1) }),
        `${INV}Condition parameter type does not match schema type`,
    ),
    refuse(
        7,
        "a map under =",
        query("pk = :p AND sk = :n", { ":n": M({}) }),
        `${INV}Condition parameter type does not match schema type`,
    ),
    refuse(
        7,
        "a type no key has under <",
        query("pk = :p AND sk < :n", { ":n": SS("a") }),
        "Invalid KeyConditionExpression: Incorrect operand type for operator or function; " +
            "operator or function: <, operand type: SS",
    ),
    refuse(
        7,
        "that is an operand error before the table",
        { ...query("pk = :p AND sk < :n", { ":n": L() }), TableName: "no_such_table" },
        "Invalid KeyConditionExpression: Incorrect operand type for operator or function; " +
            "operator or function: <, operand type: L",
    ),
    refuse(
        7,
        "begins_with of a number",
        { ...query("pk = :p AND begins_with(sk, :n)", { ":n": N(1) }), TableName: "{range_n}" },
        "Invalid KeyConditionExpression: Incorrect operand type for operator or function; " +
            "operator or function: begins_with, operand type: N",
    ),
    refuse(
        3,
        "undefined value",
        query("pk = :x"),
        "Invalid KeyConditionExpression: An expression attribute value used in expression is not defined; " +
            "attribute value: :x",
    ),
    refuse(
        3,
        "syntax error",
        query("pk = :p AND"),
        'Invalid KeyConditionExpression: Syntax error; token: "<EOF>", near: "AND"',
    ),
    refuse(
        3,
        "unused name",
        partition({ ExpressionAttributeNames: { "#n": "a" } }),
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}",
    ),
    refuse(3, "missing index", partition({ IndexName: "nope" }), "The table does not have the specified index: nope"),
    notFound(refuse(3, "table missing", { ...partition(), TableName: "no_such_table" }, NOT_FOUND)),
    answer(
        7,
        "clauses in any order, operands reversed",
        query(":a <= sk AND :p = pk", { ":a": S("b") }),
        { Items: sortKeys("b", "c"), Count: 2, ScannedCount: 2, LastEvaluatedKey: undefined },
        rows("a", "b", "c"),
    ),
    answer(
        7,
        "parentheses",
        query("(pk = :p) AND (sk BETWEEN :a AND :b)", { ":a": S("a"), ":b": S("b") }),
        { Items: sortKeys("a", "b") },
        rows("a", "b", "c"),
    ),
    answer(
        7,
        "begins_with",
        query("pk = :p AND begins_with(sk, :a)", { ":a": S("a") }),
        { Items: sortKeys("a", "ab") },
        rows("a", "ab", "b"),
    ),
    answer(
        7,
        "strings in byte order",
        partition(),
        { Items: sortKeys("B", "a", "\uffff", "😀") },
        rows("a", "😀", "\uffff", "B"),
    ),
    answer(
        7,
        "backwards",
        partition({ ScanIndexForward: false }),
        { Items: sortKeys("c", "b", "a") },
        rows("a", "b", "c"),
    ),
    answer(
        7,
        "numbers in numeric order",
        { ...partition(), TableName: "{range_n}" },
        { Items: ["-10", "-9.5", "0", "0.5", "9", "10"].map((n) => ({ pk: S("{id}"), sk: N(n) })) },
        { given: ["10", "9", "0.5", "-10", "-9.5", "0"].map((n) => ({ pk: S("{id}"), sk: N(n) })) },
    ),
    answer(
        7,
        "binaries as unsigned bytes",
        { ...partition(), TableName: "{range_b}" },
        { Items: [[0], [0, 0], [127], [128]].map((b) => ({ pk: S("{id}"), sk: B(b) })) },
        { given: [[128], [0, 0], [127], [0]].map((b) => ({ pk: S("{id}"), sk: B(b) })) },
    ),
];

const READ = { a: S("x") };
const selects = [
    refuse(
        7,
        "SPECIFIC_ATTRIBUTES without projection",
        partition({ Select: "SPECIFIC_ATTRIBUTES" }),
        `${ENV}Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES`,
    ),
    refuse(
        7,
        "COUNT with projection",
        partition({ Select: "COUNT", ProjectionExpression: "a" }),
        `${ENV}Cannot specify the ProjectionExpression when choosing to get only the Count`,
    ),
    refuse(
        7,
        "COUNT with AttributesToGet",
        {
            TableName: "{range}",
            Select: "COUNT",
            AttributesToGet: ["a"],
            KeyConditions: { pk: { ComparisonOperator: "EQ", AttributeValueList: [S("a")] } },
        },
        `${ENV}Cannot specify the AttributesToGet when choosing to get only the Count`,
    ),
    refuse(
        7,
        "ALL_ATTRIBUTES with projection",
        partition({ Select: "ALL_ATTRIBUTES", ProjectionExpression: "a" }),
        `${ENV}Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES`,
    ),
    refuse(
        7,
        "ALL_PROJECTED_ATTRIBUTES with projection",
        partition({ Select: "ALL_PROJECTED_ATTRIBUTES", ProjectionExpression: "a" }),
        `${ENV}Cannot specify the ProjectionExpression when choosing to get ALL_PROJECTED_ATTRIBUTES`,
    ),
    refuse(
        7,
        "ALL_PROJECTED_ATTRIBUTES without index",
        partition({ Select: "ALL_PROJECTED_ATTRIBUTES" }),
        `${ENV}ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName`,
    ),
    refuse(
        7,
        "ALL_ATTRIBUTES of a partial GSI",
        {
            TableName: "{indexed}",
            IndexName: "gsi",
            KeyConditionExpression: "gk = :p",
            ExpressionAttributeValues: V,
            Select: "ALL_ATTRIBUTES",
        },
        `${INV}Select type ALL_ATTRIBUTES is not supported for global secondary index gsi because its projection ` +
            "type is not ALL",
        { needs: "indexes" },
    ),
    refuse(
        7,
        "consistent read of a GSI",
        {
            TableName: "{indexed}",
            IndexName: "gsi",
            KeyConditionExpression: "gk = :p",
            ExpressionAttributeValues: V,
            ConsistentRead: true,
        },
        "Consistent reads are not supported on global secondary indexes",
        { needs: "indexes" },
    ),
    answer(
        7,
        "COUNT gives no items",
        partition({ Select: "COUNT" }),
        { Items: undefined, Count: 2, ScannedCount: 2 },
        rows("a", "b"),
    ),
    answer(
        7,
        "COUNT with Limit still pages",
        partition({ Select: "COUNT", Limit: 1 }),
        { Items: undefined, Count: 1, LastEvaluatedKey: { pk: S("{id}"), sk: S("a") } },
        rows("a", "b"),
    ),
    answer(
        7,
        "Limit counts before the filter",
        partition({ Limit: 2, FilterExpression: "b = :b" }, { ":b": N(1) }),
        { Items: [], Count: 0, ScannedCount: 2, LastEvaluatedKey: { pk: S("{id}"), sk: S("b") } },
        rows("a", "b", "c"),
    ),
    answer(
        7,
        "a full page that ends on the last match gives a key",
        partition({ Limit: 2 }),
        { Count: 2, LastEvaluatedKey: { pk: S("{id}"), sk: S("b") } },
        rows("a", "b"),
    ),
    answer(
        7,
        "a start key whose item was deleted resumes",
        partition({ ExclusiveStartKey: { pk: S("{id}"), sk: S("aa") } }),
        { Items: sortKeys("b") },
        rows("a", "b"),
    ),
    answer(
        7,
        "a start key backwards",
        partition({ ExclusiveStartKey: { pk: S("{id}"), sk: S("b") }, ScanIndexForward: false }),
        { Items: sortKeys("a") },
        rows("a", "b", "c"),
    ),
    answer(
        7,
        "a projection adds no keys",
        partition({ ProjectionExpression: "a" }),
        { Items: [{ a: N(1) }] },
        rows("x"),
    ),
    answer(
        7,
        "a projection of nothing gives empty items",
        partition({ ProjectionExpression: "zz" }),
        { Items: [{}], Count: 1 },
        rows("x"),
    ),
];

const start = (key, more, values) => partition({ ExclusiveStartKey: key, ...more }, values);
const INVALID_START = "The provided starting key is invalid";
const startKeys = [
    refuse(7, "start key without sort key", start({ pk: S("{id}") }), INVALID_START),
    refuse(7, "start key with too much", start({ pk: S("{id}"), sk: S("a"), a: S("b") }), INVALID_START),
    refuse(7, "start key of other attributes", start({ pk: S("{id}"), a: S("b") }), INVALID_START),
    refuse(7, "start key of the wrong type", start({ pk: S("{id}"), sk: N(1) }), INVALID_START),
    refuse(7, "empty start key", start({}), INVALID_START),
    refuse(7, "bad number in the start key", start({ pk: S("{id}"), sk: N("abc") }), notANumber("abc")),
    refuse(
        7,
        "two types in the start key",
        start({ pk: S("{id}"), sk: { S: "a", N: "1" } }),
        new RegExp(`^${INVALID_START}.*${TWO_TYPES}$`),
    ),
    refuse(
        7,
        "sort condition broken",
        { ...query("pk = :p AND sk > :a", { ":a": S("m") }), ExclusiveStartKey: { pk: S("{id}"), sk: S("a") } },
        "The provided starting key does not match the range key predicate",
    ),
    refuse(
        7,
        "other partition",
        start({ pk: S("other"), sk: S("a") }),
        "The provided starting key is outside query boundaries based on provided conditions",
    ),
    refuse(
        7,
        "other partition, with a sort condition",
        { ...query("pk = :p AND sk > :a", { ":a": S("a") }), ExclusiveStartKey: { pk: S("other"), sk: S("m") } },
        "The query can return at most one row and cannot be restarted",
    ),
    refuse(
        7,
        "other partition, without sort key",
        onHash({ ExclusiveStartKey: { pk: S("other") } }),
        "The provided exclusive start key is invalid",
    ),
    answer(
        7,
        "same partition, without sort key",
        onHash({ ExclusiveStartKey: { pk: S("{id}") } }),
        { Items: [], Count: 0 },
        { given: [{ pk: S("{id}"), ...READ }] },
    ),
];

const filters = [
    refuse(
        7,
        "filter on the partition key",
        partition({ FilterExpression: "pk = :p" }),
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: pk",
    ),
    refuse(
        7,
        "filter on the sort key",
        partition({ FilterExpression: "attribute_exists(sk)" }),
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk",
    ),
    refuse(
        7,
        "filter inside a key",
        partition({ FilterExpression: "attribute_exists(pk.a)" }),
        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
    ),
    refuse(
        7,
        "QueryFilter on a key",
        {
            TableName: "{range}",
            KeyConditions: { pk: { ComparisonOperator: "EQ", AttributeValueList: [S("a")] } },
            QueryFilter: { sk: { ComparisonOperator: "NOT_NULL" } },
        },
        "QueryFilter can only contain non-primary key attributes: Primary key attribute: sk",
    ),
];

const order = [
    refuse(
        4,
        "mixed parameters before Select",
        { ...partition({ Select: "x" }), QueryFilter: { a: { ComparisonOperator: "NULL" } } },
        mixed("QueryFilter", "KeyConditionExpression"),
    ),
    refuse(
        4,
        "Select before filter values",
        partition({ Select: "x", FilterExpression: "a = :s" }, { ":s": SS() }),
        ENV + BAD_SELECT,
    ),
    refuse(
        4,
        "filter values before filter syntax",
        partition({ FilterExpression: "a = = :s" }, { ":s": SS() }),
        `${INV}An string set  may not be empty`,
    ),
    refuse(
        4,
        "start-key values before filter syntax",
        start({ pk: N("abc"), sk: S("a") }, { FilterExpression: "a =" }),
        notANumber("abc"),
    ),
    refuse(
        4,
        "filter syntax before Select rules",
        partition({ FilterExpression: "a =", Select: "SPECIFIC_ATTRIBUTES" }),
        'Invalid FilterExpression: Syntax error; token: "<EOF>", near: "="',
    ),
    refuse(
        4,
        "Select rules before key-condition syntax",
        query("pk =", {}, { Select: "SPECIFIC_ATTRIBUTES" }),
        `${ENV}Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES`,
    ),
    refuse(
        4,
        "key-condition syntax before the table",
        { ...query("pk ="), TableName: "no_such_table" },
        'Invalid KeyConditionExpression: Syntax error; token: "<EOF>", near: "="',
    ),
    notFound(
        refuse(
            4,
            "the table before the start key",
            { ...start({ nope: S("a") }), TableName: "no_such_table" },
            NOT_FOUND,
        ),
    ),
    refuse(
        4,
        "the index before the start key",
        start({ nope: S("a") }, { IndexName: "nope" }),
        "The table does not have the specified index: nope",
    ),
    refuse(
        4,
        "start-key shape before key binding",
        { ...query("a = :p"), ExclusiveStartKey: { nope: S("a") } },
        INVALID_START,
    ),
    refuse(
        4,
        "key binding before the start key's range",
        { ...query("pk = :p AND a = :p"), ExclusiveStartKey: { pk: S("other"), sk: S("a") } },
        "Query condition missed key schema element: sk",
    ),
    refuse(
        4,
        "the start key's range before filters on keys",
        start({ pk: S("other"), sk: S("a") }, { FilterExpression: "pk = :p" }),
        "The provided starting key is outside query boundaries based on provided conditions",
    ),
];

const withoutUndefined = (fact) => {
    const values = fact.request.ExpressionAttributeValues;
    for (const name of Object.keys(values ?? {})) if (values[name] === undefined) delete values[name];
    return fact;
};
const emptyValue = refuse(
    3,
    "empty key value",
    query("pk = :e", { ":p": undefined, ":e": S("") }),
    new RegExp(emptyKey("pk").replace(/[.]/g, "\\.")),
);

export default [...members, ...keyConditions, ...selects, ...startKeys, ...filters, ...order, emptyValue].map(
    withoutUndefined,
);
