// Texts that DynamoDB Local and DynamoDB share, as far as the envelope ("1 validation error detected: ") is taken off.
// Where DynamoDB Local says one of these, the other side must say the same; what it says elsewhere is its own wording.

const INVALID_PARAMETER = [
    "An (string|number) set  may not be empty$",
    "AttributeValues inside AttributeValueList must be of same type$",
    "Binary sets should not be empty$",
    "Cannot update attribute ",
    "ComparisonOperator \\w+ is not valid for ",
    "Invalid number of argument",
    "Null attribute value types must have the value of true$",
    "Value (and AttributeValueList cannot|cannot) be used ",
    "Value (or AttributeValueList must|must) be ",
];

const INVALID_EXPRESSION = [
    "An expression attribute (name|value) used ",
    "Attribute name is a reserved keyword; ",
    "Incorrect number of operands ",
    "Incorrect operand type for operator or function; operator or function: ",
    "Incorrect operand type .* operand type: (STRING|NUMBER|NULL|LIST|MAP), typeSet",
    "Invalid function name; ",
    "Syntax error; token: ",
    'The "\\w+" section can only be used ',
    "The BETWEEN operator ",
    "The expression (can not be empty;|has redundant parentheses;)",
    "The first operand must be distinct ",
    "Two document paths ",
];

const AGREED = [
    new RegExp(`^One or more parameter values were invalid: (${INVALID_PARAMETER.join("|")})`),
    new RegExp(`^Invalid \\w+Expression: (${INVALID_EXPRESSION.join("|")})`),
    /^Must specify the AttributesToGet or ProjectionExpression when choosing to get /,
    /^Cannot specify the (AttributesToGet|ProjectionExpression) when choosing to get /,
    /^(Filter Expression|QueryFilter) can only contain non-primary key attributes: /,
    /^ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName$/,
    /^An operand in the update expression has an incorrect data type$/,
    /^Can not use both expression and non-expression parameters in the same request: /,
    /^ConditionalOperator can(not be used without| only be used when) /,
    /^ExpressionAttribute(Names|Values) (must not be empty|contains invalid key: Syntax error; key: )/,
    /^One or more parameter values are not valid\. The AttributeValue for a key attribute cannot contain an empty /,
    /^Provided list of item keys contains duplicates$/,
    /^Query key condition not supported$/,
    /^Supplied AttributeValue (has more than one datatypes set|is empty), /,
    /^The conditional request failed$/,
    /^The document path provided in the update expression is invalid for update$/,
    /^The provided expression refers to an attribute that does not exist in the item$/,
    /^The table does not have the specified index: /,
    /^Value provided in ExpressionAttribute(Names|Values) unused in expressions: /,
];

export const withoutEnvelope = (message) => (message ?? "").replace(/^\d+ validation errors? detected: /, "");
export const isAgreed = (message) => AGREED.some((pattern) => pattern.test(withoutEnvelope(message)));

/**
 * What of a text is compared. Which of several overlapping paths DynamoDB Local names depends on its hash tables, and
 * so does the order in which it lists unused names; binary bounds of BETWEEN it prints as Java objects.
 */
export const comparable = (message) =>
    withoutEnvelope(message)
        .replace(/(Two document paths \w+ with each other);.*$/, "$1")
        .replace(/lower bound operand: .*AttributeValue: \{B:.*$/, "")
        .replace(/keys: \{(.*)\}$/, (_, keys) => `keys: {${keys.split(", ").sort().join(", ")}}`);
