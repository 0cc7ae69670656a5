// The pieces AWS's texts are made of, and the builders of fact tables.
//
// A fact: {section, operation, name, request, given?, error?, message?, reply?, then?, needs?}
//   section  where docs on DynamoDB's observed behaviour state it; printed with a failure
//   given    items that are in the table first: an array (the request's table) or {table: items}
//   error    exception name; without it the request must succeed
//   message  exact text, or a RegExp where only a part is certain; null: there must be none
//   reply    members of the answer's body that must be equal; `undefined`: the member must be absent
//   then     [[operation, request, reply], …] checked afterwards
//   needs    'indexes': left out where the table with indexes cannot be created
// In strings `{hash}`, `{range}`, … are the shared tables' names and `{id}` is a word unique to the fact.

export const ENV = "1 validation error detected: ";
export const INV = "One or more parameter values were invalid: ";
export const NOT_VALID = "One or more parameter values are not valid. ";
export const errors = (...bodies) =>
    `${bodies.length} validation error${bodies.length > 1 ? "s" : ""} detected: ` + bodies.join("; ");

export const mustNotBeNull = (member) =>
    `Value null at '${member}' failed to satisfy constraint: Member must not be null`;
export const mustBe = (value, member, constraint) =>
    `Value '${value}' at '${member}' failed to satisfy constraint: Member must ${constraint}`;
/** The newer layer's form: no value, capital letter. */
export const memberMust = (member, constraint) =>
    `Value at '${member}' failed to satisfy constraint: Member must ${constraint}`;
export const atLeast = (n) => `have length greater than or equal to ${n}`;
export const atMost = (n) => `have length less than or equal to ${n}`;
export const valueAtLeast = (n) => `have value greater than or equal to ${n}`;
export const valueAtMost = (n) => `have value less than or equal to ${n}`;
export const oneOf = (values) => `satisfy enum value set: [${values}]`;
export const TABLE_NAME_PATTERN = "satisfy regular expression pattern: [a-zA-Z0-9_.-]+";

export const EMPTY_TABLE_NAME = memberMust("TableName", atLeast(1));
export const BAD_RCC = mustBe("x", "returnConsumedCapacity", oneOf("INDEXES, TOTAL, NONE"));
export const BAD_RICM = mustBe("x", "returnItemCollectionMetrics", oneOf("SIZE, NONE"));
export const BAD_RVCF = mustBe("x", "returnValuesOnConditionCheckFailure", oneOf("ALL_OLD, NONE"));
export const BAD_SELECT = mustBe(
    "x",
    "select",
    oneOf("SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES"),
);
export const BAD_RV =
    "Failed to satisfy constraint: Member must " + oneOf("ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE");
export const BAD_RV_OLDER = mustBe("x", "returnValues", oneOf("ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW"));

export const NOT_FOUND = "Requested resource not found";
export const CONDITION_FAILED = "The conditional request failed";
export const KEY_MISFIT = "The provided key element does not match the schema";
export const NESTING =
    "Nesting Levels have exceeded supported limits: " +
    "Attributes in the item have nested levels beyond supported limit";
export const OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range";
export const UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range";
export const TOO_PRECISE = "Attempting to store more than 38 significant digits in a Number";
export const notANumber = (text) => `The parameter cannot be converted to a numeric value: ${text}`;
export const emptyKey = (name, kind = "string") =>
    `${NOT_VALID}The AttributeValue for a key attribute cannot ` + `contain an empty ${kind} value. Key: ${name}`;
export const ITEM_TOO_LARGE = "Item size has exceeded the maximum allowed size";
export const UPDATE_TOO_LARGE = "Item size to update has exceeded the maximum allowed size";
export const TWO_TYPES =
    "Supplied AttributeValue has more than one datatypes set, " +
    "must contain exactly one of the supported datatypes";
export const NO_TYPE = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
export const syntaxError = (token, near) => `Syntax error; token: "${token}", near: "${near}"`;
export const mixed = (legacy, expressions) =>
    "Can not use both expression and non-expression parameters in the " +
    `same request: Non-expression parameters: {${legacy}} Expression parameters: {${expressions}}`;

export const S = (text) => ({ S: text });
export const N = (number) => ({ N: String(number) });
export const B = (bytes) => ({ B: Buffer.from(bytes).toString("base64") });
export const SS = (...members) => ({ SS: members });
export const NS = (...members) => ({ NS: members.map(String) });
export const L = (...values) => ({ L: values });
export const M = (members) => ({ M: members });

/** A value whose maps and lists are `levels` deep, a string at the bottom. */
export function nested(levels, kind = "M") {
    let value = S("x");
    for (let level = 0; level < levels; level++) value = kind === "M" ? M({ a: value }) : L(value);
    return value;
}

/** Fact builders for one operation. */
export function factsOf(operation) {
    const refuse = (section, name, request, message, more = {}) => ({
        section,
        operation,
        name,
        request,
        error: "ValidationException",
        message,
        ...more,
    });
    const answer = (section, name, request, reply, more = {}) => ({
        section,
        operation,
        name,
        request,
        reply,
        ...more,
    });
    return { refuse, answer };
}
