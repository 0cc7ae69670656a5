// Errors found while an expression is read: the same on every operation, save for the envelope.
import { ENV, syntaxError, S, N, SS, L, M, factsOf } from "./words.mjs";

const put = factsOf("PutItem");
const update = factsOf("UpdateItem");
const get = factsOf("GetItem");
const query = factsOf("Query");
const scan = factsOf("Scan");

const V = { ":v": S("a") };
const members = (names, values) => ({
    ...(names && { ExpressionAttributeNames: names }),
    ...(values && { ExpressionAttributeValues: values }),
});

/** One condition, refused by PutItem in the envelope and by Scan, as a filter, without it. */
function inCondition(section, name, expression, text, values = null, names = null) {
    const more = members(names, values);
    return [
        put.refuse(
            section,
            `condition: ${name}`,
            { TableName: "{hash}", Item: { pk: S("{id}") }, ConditionExpression: expression, ...more },
            `${ENV}Invalid ConditionExpression: ${text}`,
        ),
        scan.refuse(
            section,
            `filter: ${name}`,
            { TableName: "{hash}", FilterExpression: expression, ...more },
            `Invalid FilterExpression: ${text}`,
        ),
    ];
}

const inUpdate = (section, name, expression, text, values = null, names = null) =>
    update.refuse(
        section,
        name,
        { TableName: "{hash}", Key: { pk: S("{id}") }, UpdateExpression: expression, ...members(names, values) },
        `${ENV}Invalid UpdateExpression: ${text}`,
    );

const inProjection = (section, name, expression, text, names = null) =>
    get.refuse(
        section,
        name,
        { TableName: "{hash}", Key: { pk: S("{id}") }, ProjectionExpression: expression, ...members(names) },
        `Invalid ProjectionExpression: ${text}`,
    );

const undefinedValue = (name) =>
    `An expression attribute value used in expression is not defined; attribute value: ${name}`;
const undefinedName = (name) =>
    `An expression attribute name used in the document path is not defined; attribute name: ${name}`;
const reserved = (word) => `Attribute name is a reserved keyword; reserved keyword: ${word}`;
const operands = (name, count) =>
    "Incorrect number of operands for operator or function; " +
    `operator or function: ${name}, number of operands: ${count}`;
const operandType = (name, type) =>
    "Incorrect operand type for operator or function; " + `operator or function: ${name}, operand type: ${type}`;
const overlap = (one, two, word = "overlap") =>
    `Two document paths ${word} with each other; ` +
    `must remove or rewrite one of these paths; path one: ${one}, path two: ${two}`;
const EMPTY = "The expression can not be empty;";
const TOO_LONG = "Expression size has exceeded the maximum allowed size;";
const REDUNDANT = "The expression has redundant parentheses;";

const conditions = [
    ...inCondition(3, "empty", "", EMPTY),
    ...inCondition(3, "spaces only", "  ", syntaxError("<EOF>", "  ")),
    ...inCondition(3, "words after the end", "attribute_exists(pk) x y", syntaxError("x", ") x y")),
    ...inCondition(3, "parenthesis too many", "a = :v)", syntaxError(")", ":v)"), V),
    ...inCondition(3, "right side missing", "a =", syntaxError("<EOF>", "=")),
    ...inCondition(3, "first token wrong", "= :v", syntaxError("=", "= :v"), V),
    ...inCondition(3, "! is a token", "a != :v", syntaxError("!", "a !="), V),
    ...inCondition(3, "a character outside ASCII", "é = :v", syntaxError("é", "é ="), V),
    ...inCondition(3, "a no-break space", "a\u00a0= :v", syntaxError("\u00a0", "a\u00a0="), V),
    ...inCondition(3, "leading zeros of an index", "attribute_exists(l[00])", syntaxError("0", "00]")),
    ...inCondition(3, "AND without a right side", "attribute_exists(a) AND", syntaxError("<EOF>", "AND")),
    ...inCondition(3, "unclosed parenthesis", "(a = :v", syntaxError("<EOF>", ":v"), V),
    ...inCondition(3, "two comparisons in a row", "a = :v = b", syntaxError("=", ":v = b"), V),
    ...inCondition(3, "reserved word", "data = :v", reserved("data"), V),
    ...inCondition(3, "reserved word in capitals keeps its letters", "DATA = :v", reserved("DATA"), V),
    ...inCondition(3, "reserved word as a later step", "a.status = :v", reserved("status"), V),
    ...inCondition(3, "reserved word in a function", "attribute_exists(abort)", reserved("abort")),
    ...inCondition(3, "redundant parentheses", "((a = :v))", REDUNDANT, V),
    ...inCondition(3, "redundant parentheses further in", "a = :v AND ((b = :v))", REDUNDANT, V),
    ...inCondition(3, "unknown function", "foo(a)", "Invalid function name; function: foo"),
    ...inCondition(
        3,
        "function names are case-sensitive",
        "Attribute_Exists(a)",
        "Invalid function name; function: Attribute_Exists",
    ),
    ...inCondition(3, "begins_with of one operand", "begins_with(a)", operands("begins_with", 1)),
    ...inCondition(3, "attribute_exists of two operands", "attribute_exists(a, b)", operands("attribute_exists", 2)),
    ...inCondition(3, "contains of three operands", "contains(a, :v, b)", operands("contains", 3), V),
    ...inCondition(3, "begins_with of a number", "begins_with(a, :n)", operandType("begins_with", "N"), {
        ":n": N(1),
    }),
    ...inCondition(3, "begins_with of a set", "begins_with(a, :n)", operandType("begins_with", "SS"), {
        ":n": SS("a"),
    }),
    ...inCondition(3, "less-than with a list", "a < :l", operandType("<", "L"), { ":l": L() }),
    ...inCondition(3, "at-least with a map", "a >= :m", operandType(">=", "M"), { ":m": M({}) }),
    ...inCondition(3, "less-than with a boolean", "a < :b", operandType("<", "BOOL"), { ":b": { BOOL: true } }),
    ...inCondition(3, "size of a number", "size(:n) = :n", operandType("size", "N"), { ":n": N(1) }),
    ...inCondition(
        3,
        "contains of a path in itself",
        "contains(a, a)",
        "The first operand must be distinct from the remaining operands for this operator or function; " +
            "operator: contains, first operand: [a]",
    ),
    ...inCondition(
        3,
        "equality of a path with itself",
        "a.b = a.b",
        "The first operand must be distinct from the remaining operands for this operator or function; " +
            "operator: =, first operand: [a, b]",
    ),
    ...inCondition(
        3,
        "BETWEEN bounds of two types",
        "a BETWEEN :s AND :n",
        "The BETWEEN operator requires same data type for lower and upper bounds; " +
            "lower bound operand: AttributeValue: {S:a}, upper bound operand: AttributeValue: {N:1}",
        { ":s": S("a"), ":n": N(1) },
    ),
    ...inCondition(
        3,
        "BETWEEN bounds the wrong way",
        "a BETWEEN :b AND :a",
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; " +
            "lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}",
        { ":a": S("a"), ":b": S("b") },
    ),
    ...inCondition(3, "undefined value", "a = :v", undefinedValue(":v")),
    ...inCondition(3, "undefined name", "#n = :v", undefinedName("#n"), V),
    ...inCondition(3, "undefined name as a later step", "a.#n = :v", undefinedName("#n"), V),
    ...inCondition(3, "more than 4,096 bytes", `a = :v${" ".repeat(4091)}`, TOO_LONG, V).slice(0, 1),
    put.answer(
        3,
        "condition: 4,096 bytes",
        {
            TableName: "{hash}",
            Item: { pk: S("{id}") },
            ConditionExpression: `a <> :v${" ".repeat(4089)}`,
            ExpressionAttributeValues: V,
        },
        {},
    ),
    put.answer(
        3,
        "condition: one pair of parentheses, and pairs with reason",
        {
            TableName: "{hash}",
            Item: { pk: S("{id}") },
            ConditionExpression: "((a <> :v) AND (NOT (a = :v)))",
            ExpressionAttributeValues: V,
        },
        {},
    ),
];

/** The maps of names and values, on a write (in the envelope) and on a read (without it). */
function inMaps(name, more, text, bare = false) {
    return [
        put.refuse(
            3,
            `condition: ${name}`,
            { TableName: "{hash}", Item: { pk: S("{id}") }, ...more.put },
            (bare ? "" : ENV) + text,
        ),
        scan.refuse(3, `filter: ${name}`, { TableName: "{hash}", ...more.scan }, text),
    ];
}
const both = (expression, more) => ({
    put: { ConditionExpression: expression, ...more },
    scan: { FilterExpression: expression, ...more },
});

const maps = [
    ...inMaps(
        "unused value",
        both("a = :v", { ExpressionAttributeValues: { ...V, ":w": S("b") } }),
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}",
    ),
    ...inMaps(
        "unused name",
        both("attribute_exists(a)", { ExpressionAttributeNames: { "#a": "b" } }),
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}",
    ),
    ...inMaps(
        "two unused names",
        both("attribute_exists(a)", { ExpressionAttributeNames: { "#a": "b", "#b": "c" } }),
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #b}",
    ),
    ...inMaps(
        "unused names before values",
        both("attribute_exists(a)", { ExpressionAttributeNames: { "#a": "b" }, ExpressionAttributeValues: V }),
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}",
    ),
    ...inMaps(
        "no values in the map",
        both("a = :v", { ExpressionAttributeValues: {} }),
        "ExpressionAttributeValues must not be empty",
    ),
    ...inMaps(
        "no names in the map",
        both("attribute_exists(a)", { ExpressionAttributeNames: {} }),
        "ExpressionAttributeNames must not be empty",
    ),
    ...inMaps(
        "value key without colon",
        both("a = :v", { ExpressionAttributeValues: { v: S("a") } }),
        'ExpressionAttributeValues contains invalid key: Syntax error; key: "v"',
        true,
    ),
    ...inMaps(
        "name key without #",
        both("attribute_exists(a)", { ExpressionAttributeNames: { n: "a" } }),
        'ExpressionAttributeNames contains invalid key: Syntax error; key: "n"',
        true,
    ),
    put.refuse(
        3,
        "names without expression",
        { TableName: "{hash}", Item: { pk: S("a") }, ExpressionAttributeNames: { "#a": "b" } },
        `${ENV}ExpressionAttributeNames can only be specified when using expressions`,
    ),
    put.refuse(
        3,
        "values without expression",
        { TableName: "{hash}", Item: { pk: S("a") }, ExpressionAttributeValues: V },
        `${ENV}ExpressionAttributeValues can only be specified when using expressions`,
    ),
    scan.refuse(
        3,
        "names without expression",
        { TableName: "{hash}", ExpressionAttributeNames: { "#a": "b" } },
        /^ExpressionAttributeNames can only be specified when using expressions/,
    ),
    scan.refuse(
        3,
        "values without expression",
        { TableName: "{hash}", ExpressionAttributeValues: V },
        /^ExpressionAttributeValues can only be specified when using expressions/,
    ),
    get.refuse(
        3,
        "names without expression",
        { TableName: "{hash}", Key: { pk: S("a") }, ExpressionAttributeNames: { "#a": "b" } },
        /^ExpressionAttributeNames can only be specified when using expressions/,
    ),
    get.refuse(
        3,
        "name that stands for nothing",
        {
            TableName: "{hash}",
            Key: { pk: S("a") },
            ProjectionExpression: "#n",
            ExpressionAttributeNames: { "#n": "" },
        },
        "ExpressionAttributeNames contains invalid value: Empty attribute name for key #n",
    ),
];

const updates = [
    inUpdate(3, "empty", "", EMPTY),
    inUpdate(3, "spaces only", " ", syntaxError("<EOF>", " ")),
    inUpdate(3, "not a clause", "INVALID SYNTAX HERE", syntaxError("INVALID", "INVALID SYNTAX")),
    inUpdate(
        3,
        "clause twice",
        "SET a = :v SET b = :v",
        'The "SET" section can only be used once in an update expression;',
        V,
    ),
    inUpdate(
        3,
        "REMOVE twice",
        "REMOVE a REMOVE b",
        'The "REMOVE" section can only be used once in an update expression;',
    ),
    inUpdate(3, "undefined value", "SET a = :w", undefinedValue(":w")),
    inUpdate(3, "undefined name", "SET #n = :v", undefinedName("#n"), V),
    inUpdate(3, "reserved word", "SET name = :v", reserved("name"), V),
    inUpdate(3, "unknown function", "SET a = foo(b, :v)", "Invalid function name; function: foo", V),
    inUpdate(3, "list_append of one operand", "SET a = list_append(b)", operands("list_append", 1)),
    inUpdate(
        3,
        "if_not_exists of three operands",
        "SET a = if_not_exists(b, :v, :v)",
        operands("if_not_exists", 3),
        V,
    ),
    inUpdate(3, "plus a string", "SET a = b + :v", operandType("+", "S"), V),
    inUpdate(3, "minus a set", "SET a = :v - b", operandType("-", "SS"), { ":v": SS("a") }),
    inUpdate(3, "list_append of a string", "SET a = list_append(b, :v)", operandType("list_append", "S"), V),
    ...[
        ["STRING", S("a")],
        ["Binary", { B: "AA==" }],
        ["BOOL", { BOOL: true }],
        ["NULL", { NULL: true }],
        ["LIST", L()],
        ["MAP", M({})],
    ].map(([type, value]) =>
        inUpdate(
            3,
            `ADD of ${type}`,
            "ADD a :v",
            "Incorrect operand type for operator or function; " +
                `operator: ADD, operand type: ${type}, typeSet: ALLOWED_FOR_ADD_OPERAND`,
            { ":v": value },
        ),
    ),
    ...[
        ["STRING", S("a")],
        ["NUMBER", N(1)],
    ].map(([type, value]) =>
        inUpdate(
            3,
            `DELETE of ${type}`,
            "DELETE a :v",
            "Incorrect operand type for operator or function; " +
                `operator: DELETE, operand type: ${type}, typeSet: ALLOWED_FOR_DELETE_OPERAND`,
            { ":v": value },
        ),
    ),
    inUpdate(3, "overlap", "SET a = :v, a.b = :v", overlap("[a]", "[a, b]"), V),
    inUpdate(3, "overlap of equal paths in two clauses", "SET a.b = :v REMOVE a.b", overlap("[a, b]", "[a, b]"), V),
    inUpdate(3, "overlap through a name", "SET l[3] = :v, #l[3].b = :v", overlap("[l, [3]]", "[l, [3], b]"), V, {
        "#l": "l",
    }),
    inUpdate(3, "conflict", "SET a.b = :v, a[1] = :v", overlap("[a, b]", "[a, [1]]", "conflict"), V),
    inUpdate(3, "more than 4,096 bytes", `SET a = :v${" ".repeat(4087)}`, TOO_LONG, V),
    inUpdate(3, "SET without a value", "SET a", syntaxError("<EOF>", "a")),
    inUpdate(3, "two additions", "SET a = b + :v + :v", syntaxError("+", ":v + :v"), { ":v": N(1) }),
    update.refuse(
        3,
        "unused value",
        { TableName: "{hash}", Key: { pk: S("{id}") }, UpdateExpression: "REMOVE a", ExpressionAttributeValues: V },
        `${ENV}Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}`,
    ),
    update.refuse(
        3,
        "values without expression",
        { TableName: "{hash}", Key: { pk: S("{id}") }, ExpressionAttributeValues: V },
        `${ENV}ExpressionAttributeValues can only be specified when using expressions`,
    ),
];

const projections = [
    inProjection(3, "first token wrong", "!!! INVALID !!!", syntaxError("!", "!!")),
    inProjection(3, "empty", "", EMPTY),
    inProjection(3, "comma at the end", "a,", syntaxError("<EOF>", ",")),
    inProjection(3, "overlap", "a, a.b", overlap("[a]", "[a, b]")),
    inProjection(3, "the same path twice", "a, a", overlap("[a]", "[a]")),
    inProjection(3, "conflict", "a.b, a[0]", overlap("[a, b]", "[a, [0]]", "conflict")),
    inProjection(3, "reserved word", "a, comment", reserved("comment")),
    inProjection(3, "undefined name", "#n", undefinedName("#n")),
    inProjection(3, "more than 4,096 bytes", `a${" ".repeat(4096)}`, TOO_LONG),
    query.refuse(
        3,
        "projection of a Query",
        {
            TableName: "{hash}",
            KeyConditionExpression: "pk = :v",
            ExpressionAttributeValues: V,
            ProjectionExpression: "a b",
        },
        `Invalid ProjectionExpression: ${syntaxError("b", "a b")}`,
    ),
];

export default [...conditions, ...maps, ...updates, ...projections];
