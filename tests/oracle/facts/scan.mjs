import {
    ENV,
    INV,
    errors,
    mustNotBeNull,
    mustBe,
    memberMust,
    atLeast,
    valueAtLeast,
    valueAtMost,
    oneOf,
    EMPTY_TABLE_NAME,
    BAD_RCC,
    BAD_SELECT,
    NOT_FOUND,
    notANumber,
    S,
    N,
    SS,
    factsOf,
} from "./words.mjs";

const { refuse, answer } = factsOf("Scan");
const scan = (more) => ({ TableName: "{range}", ...more });
const filtered = (FilterExpression, ExpressionAttributeValues, more) =>
    scan({ FilterExpression, ExpressionAttributeValues, ...more });
const notFound = (fact) => ({ ...fact, error: "ResourceNotFoundException" });
const MINE = { FilterExpression: "pk = :p", ExpressionAttributeValues: { ":p": S("{id}") } };
const row = (sk, attributes) => ({ pk: S("{id}"), sk: S(sk), ...attributes });

const members = [
    refuse(1, "no table name", {}, ENV + mustNotBeNull("tableName")),
    refuse(1, "empty table name", scan({ TableName: "" }), ENV + EMPTY_TABLE_NAME),
    refuse(1, "Limit of 0", scan({ Limit: 0 }), ENV + memberMust("Limit", valueAtLeast(1))),
    refuse(
        1,
        "negative Segment",
        scan({ Segment: -1, TotalSegments: 2 }),
        ENV + memberMust("Segment", valueAtLeast(0)),
    ),
    refuse(
        1,
        "Segment too large",
        scan({ Segment: 1_000_000, TotalSegments: 2 }),
        ENV + memberMust("Segment", valueAtMost(999_999)),
    ),
    refuse(
        1,
        "TotalSegments of 0",
        scan({ Segment: 0, TotalSegments: 0 }),
        ENV + memberMust("TotalSegments", valueAtLeast(1)),
    ),
    refuse(
        1,
        "TotalSegments too large",
        scan({ Segment: 0, TotalSegments: 1_000_001 }),
        ENV + memberMust("TotalSegments", valueAtMost(1_000_000)),
    ),
    refuse(
        1,
        "the four together",
        scan({ TableName: "", Limit: 0, Segment: -1, TotalSegments: 0 }),
        errors(
            memberMust("Limit", valueAtLeast(1)),
            memberMust("Segment", valueAtLeast(0)),
            memberMust("TotalSegments", valueAtLeast(1)),
            EMPTY_TABLE_NAME,
        ),
    ),
    refuse(
        1,
        "they come before the others",
        scan({ Limit: 0, ReturnConsumedCapacity: "x" }),
        ENV + memberMust("Limit", valueAtLeast(1)),
    ),
    refuse(
        1,
        "name and ReturnConsumedCapacity",
        scan({ TableName: "ab", ReturnConsumedCapacity: "x" }),
        errors(mustBe("ab", "tableName", atLeast(3)), BAD_RCC),
    ),
    refuse(
        1,
        "no table name: older wording of all members",
        {
            Select: "x",
            TotalSegments: 0,
            ReturnConsumedCapacity: "x",
            ConditionalOperator: "x",
            ScanFilter: { a: {} },
            Segment: -1,
            Limit: 0,
        },
        errors(
            BAD_SELECT,
            mustBe("0", "totalSegments", valueAtLeast(1)),
            BAD_RCC,
            mustNotBeNull("tableName"),
            mustBe("x", "conditionalOperator", oneOf("OR, AND")),
            mustNotBeNull("scanFilter.a.member.comparisonOperator"),
            mustBe("-1", "segment", valueAtLeast(0)),
            mustBe("0", "limit", valueAtLeast(1)),
        ),
    ),
    refuse(1, "Select", scan({ Select: "x" }), ENV + BAD_SELECT),
];

const rules = [
    refuse(
        7,
        "Segment not below TotalSegments",
        scan({ Segment: 5, TotalSegments: 5 }),
        "The Segment parameter is zero-based and must be less than parameter TotalSegments",
    ),
    refuse(
        7,
        "Segment alone",
        scan({ Segment: 0 }),
        "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
    ),
    refuse(
        7,
        "TotalSegments alone",
        scan({ TotalSegments: 2 }),
        "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
    ),
    refuse(
        7,
        "SPECIFIC_ATTRIBUTES without projection",
        scan({ Select: "SPECIFIC_ATTRIBUTES" }),
        `${ENV}Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES`,
    ),
    refuse(
        7,
        "COUNT with projection",
        scan({ Select: "COUNT", ProjectionExpression: "a" }),
        `${ENV}Cannot specify the ProjectionExpression when choosing to get only the Count`,
    ),
    refuse(
        7,
        "COUNT with AttributesToGet",
        scan({ Select: "COUNT", AttributesToGet: ["a"] }),
        `${ENV}Cannot specify the AttributesToGet when choosing to get only the Count`,
    ),
    refuse(3, "missing index", scan({ IndexName: "nope" }), "The table does not have the specified index: nope"),
    notFound(refuse(3, "table missing", scan({ TableName: "no_such_table" }), NOT_FOUND)),
    refuse(
        7,
        "start key without sort key",
        scan({ ExclusiveStartKey: { pk: S("a") } }),
        "The provided starting key is invalid",
    ),
    refuse(
        7,
        "start key with too much",
        scan({ ExclusiveStartKey: { pk: S("a"), sk: S("b"), a: S("c") } }),
        "The provided starting key is invalid",
    ),
    refuse(
        7,
        "start key of the wrong type",
        scan({ ExclusiveStartKey: { pk: S("a"), sk: N(1) } }),
        "The provided starting key is invalid",
    ),
    refuse(
        7,
        "bad number in the start key",
        scan({ ExclusiveStartKey: { pk: N("abc"), sk: S("a") } }),
        notANumber("abc"),
    ),
    refuse(
        7,
        "consistent read of a GSI",
        { TableName: "{indexed}", IndexName: "gsi", ConsistentRead: true },
        "Consistent reads are not supported on global secondary indexes",
        { needs: "indexes" },
    ),
    refuse(
        7,
        "ALL_ATTRIBUTES of a partial GSI",
        { TableName: "{indexed}", IndexName: "gsi", Select: "ALL_ATTRIBUTES" },
        `${INV}Select type ALL_ATTRIBUTES is not supported for global secondary index gsi because its projection ` +
            "type is not ALL",
        { needs: "indexes" },
    ),
];

const order = [
    refuse(
        4,
        "filter syntax before Select",
        filtered("a =", undefined, { Select: "x" }),
        'Invalid FilterExpression: Syntax error; token: "<EOF>", near: "="',
    ),
    refuse(4, "empty set before syntax", filtered("a =", { ":v": SS() }), `${INV}An string set  may not be empty`),
    refuse(
        4,
        "Select rules before Segment rules",
        scan({ Select: "SPECIFIC_ATTRIBUTES", Segment: 5, TotalSegments: 5 }),
        `${ENV}Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES`,
    ),
    refuse(
        4,
        "Segment rules before the table",
        scan({ TableName: "no_such_table", Segment: 5, TotalSegments: 5 }),
        "The Segment parameter is zero-based and must be less than parameter TotalSegments",
    ),
    notFound(
        refuse(4, "the table before the index", scan({ TableName: "no_such_table", IndexName: "nope" }), NOT_FOUND),
    ),
    refuse(
        4,
        "the index before the start key",
        scan({ IndexName: "nope", ExclusiveStartKey: { a: S("b") } }),
        "The table does not have the specified index: nope",
    ),
];

const answers = [
    answer(7, "a filter may name keys", scan(MINE), { Items: [row("a")], Count: 1 }, { given: [row("a")] }),
    answer(
        7,
        "COUNT gives no items",
        scan({ ...MINE, Select: "COUNT" }),
        { Items: undefined, Count: 2 },
        { given: [row("a"), row("b")] },
    ),
    answer(
        7,
        "a projection adds no keys",
        scan({ ...MINE, ProjectionExpression: "a" }),
        { Items: [{ a: N(1) }] },
        { given: [row("a", { a: N(1) })] },
    ),
    answer(
        7,
        "one segment of one is everything",
        scan({ ...MINE, Segment: 0, TotalSegments: 1 }),
        { Count: 1 },
        { given: [row("a")] },
    ),
    ...[
        ["a missing attribute equals nothing", "x = y", null, 0],
        ["a missing attribute differs from everything", "x <> :v", { ":v": S("a") }, 1],
        ["a missing attribute is not ordered", "x < :v OR x >= :v", { ":v": S("a") }, 0],
        ["types are not compared", "n = :v OR n < :v", { ":v": S("9") }, 0],
        ["numbers by value", "n = :v", { ":v": N("1.0E1") }, 1],
        ["contains a substring", "contains(s, :v)", { ":v": S("el") }, 1],
        ["contains a member", "contains(t, :v)", { ":v": S("a") }, 1],
        ["contains is no subset test", "contains(t, :v)", { ":v": SS("a") }, 0],
        ["size counts UTF-16 units", "size(u) = :v", { ":v": N(2) }, 1],
        ["size of a set", "size(t) = :v", { ":v": N(2) }, 1],
        ["size of a number is no match", "size(n) >= :v", { ":v": N(0) }, 0],
        ["attribute_type", "attribute_type(n, :v)", { ":v": S("N") }, 1],
        ["set equality ignores order", "t = :v", { ":v": SS("b", "a") }, 1],
        ["BETWEEN", "n BETWEEN :a AND :b", { ":a": N(9), ":b": N(10) }, 1],
        ["IN", "s IN (:a, :b)", { ":a": S("x"), ":b": S("hello") }, 1],
        ["AND before OR", "s = :a OR s = :a AND s = :a", { ":a": S("hello") }, 1],
        ["NOT before AND", "NOT s = :a AND s = :b", { ":a": S("x"), ":b": S("hello") }, 1],
    ].map(([name, FilterExpression, values, Count]) =>
        answer(
            7,
            `filter: ${name}`,
            scan({
                FilterExpression: `pk = :p AND (${FilterExpression})`,
                ExpressionAttributeValues: { ":p": S("{id}"), ...values },
            }),
            { Count },
            { given: [row("a", { n: N(10), s: S("hello"), t: SS("a", "b"), u: S("😀") })] },
        ),
    ),
];

export default [...members, ...rules, ...order, ...answers];
