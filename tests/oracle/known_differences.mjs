// Where DynamoDB Local is known to answer otherwise than DynamoDB does. Each entry judges our side, not only theirs.
//
//   name     printed in the report
//   reason   what DynamoDB does, and where that is observed
//   matches  ({kind, table, operation, request, ours, theirs, expected}) → whether this entry explains the difference:
//            `ours` and `theirs` are texts ("Exception: message"), bodies or members; `expected` is what the judge
//            of capacity says our side should have answered, as {capacity}, or null where it cannot know
//   rare     not expected in every run: --strict-known does not ask for it
import { isDeepStrictEqual } from "node:util";

const text = (side) => (typeof side === "string" ? side : "success");
const refusedByUs = (ours, theirs) => text(ours).startsWith("ValidationException") && text(theirs) === "success";
const strip = (side) =>
    text(side)
        .replace(/^\w+: /, "")
        .replace(/^\d+ validation errors? detected: /, "");

/** Whether `part` holds nothing that `whole` does not hold: maps by name, lists by being compacted. */
function isPartOf(part, whole) {
    if (part === undefined) return true;
    if (whole === undefined || typeof part !== typeof whole) return false;
    if (part.M && whole.M) return Object.entries(part.M).every(([name, value]) => isPartOf(value, whole.M[name]));
    if (part.L && whole.L) {
        let from = 0;
        return part.L.every((element) => {
            while (from < whole.L.length && !isPartOf(element, whole.L[from])) from++;
            return from++ < whole.L.length;
        });
    }
    const sorted = (value) =>
        Object.fromEntries(
            Object.entries(value).map(([type, content]) => [type, /^.S$/.test(type) ? [...content].sort() : content]),
        );
    return isDeepStrictEqual(sorted(part), sorted(whole));
}

const FAILURE = /^(InternalServerError|InternalFailure|NoAnswer|EndlessPages)/;
const says = (side, pattern) => pattern.test(strip(side));
/** Clauses that only take away. */
const TAKES_AWAY = /^(?!.*\b(SET|ADD)\b)\s*(REMOVE|DELETE)\b/i;
const takesAway = ({ UpdateExpression, AttributeUpdates }) =>
    UpdateExpression === undefined
        ? Object.values(AttributeUpdates ?? {}).some(({ Action }) => Action === "DELETE")
        : TAKES_AWAY.test(UpdateExpression);

/** Whether a Query's filter names the attribute, by itself or by a placeholder. */
function filterNames({ FilterExpression, QueryFilter, ExpressionAttributeNames: names = {} }, attribute) {
    if (FilterExpression === undefined) return attribute in (QueryFilter ?? {});
    const words = FilterExpression.match(/#?\w+/g) ?? [];
    return words.some((word) => (names[word] ?? word) === attribute);
}

const RUN_TIME = new RegExp(
    "^((An operand in the|The document path provided in the|The provided) (update )?expression |" +
        "Number (over|under)flow|Attempting to store more than 38 )",
);
const EXPECTED_FAULT = new RegExp(
    "^One or more parameter values were invalid: (Value |Invalid number of argument|ComparisonOperator |" +
        "AttributeValues inside )",
);
const VALUE_FAULT = new RegExp(
    "numeric value|(may|should) not be empty|contains duplicates|Number (over|under)flow|significant digits|" +
        "Null attribute value types",
);

const isNoText = (base64) =>
    base64 !== undefined && Buffer.from(Buffer.from(base64, "base64").toString()).toString("base64") !== base64;

const ATTRIBUTE_TYPES = /^Invalid \w+Expression: Incorrect operand .* attribute_type, operand type: \{[A-Z,]+\}$/;
const NO_INDEX = /^The table does not have the specified index: /;

/** Two texts that are both right about a request with two faults: DynamoDB's order is ours, [ours, theirs]. */
const ORDER = [
    // Select rules come before the key condition's syntax and before unused names and values.
    [
        /choosing to get|only when Querying using an IndexName/,
        /^Invalid KeyConditionExpression: |unused in expressions/,
    ],
    // They come before the index, too, and so does all that is said of expressions and conditions.
    [/choosing to get|only when Querying using an IndexName/, NO_INDEX],
    [/^Invalid \w+Expression: /, NO_INDEX],
    [EXPECTED_FAULT, NO_INDEX],
    [/^The (Total)?Segments? parameter is /, NO_INDEX],
    // A batch's keys: whether they are possible, and whether two are the same.
    [/has exceeded the (maximum )?size limit of/, /^Provided list of item keys contains duplicates$/],
    // A key condition's operands and unused values, a batch's projection and key values: not known of DynamoDB.
    [/^Invalid condition in KeyConditionExpression: /, /unused in expressions/],
    [/^Invalid ProjectionExpression: /, /an empty (string|binary) value/],
    // The maps of names and values, and then key values, come before Expected.
    [/^ExpressionAttribute\w+ can only be specified when using|an empty (string|binary) value/, EXPECTED_FAULT],
    // Values come before mixed parameters, the maps of names and values, and Expected.
    [VALUE_FAULT, /^Can not use both|unused in expressions|^Invalid \w+Expression: /],
    [VALUE_FAULT, EXPECTED_FAULT],
    // ConditionalOperator comes before what a condition of QueryFilter, ScanFilter or Expected consists of, and before
    // key values.
    [/^ConditionalOperator can/, EXPECTED_FAULT],
    [/^ConditionalOperator can/, /an empty (string|binary) value\. Key: /],
    // The update's syntax, the condition's syntax, and only then what values are needed for.
    [
        /^Invalid ConditionExpression: Syntax error; /,
        /^Invalid UpdateExpression: (Incorrect operand type|Two document) /,
    ],
    // So with reads: all syntax, then operands.
    [
        /^Invalid ProjectionExpression: Syntax error; /,
        /^Invalid (Filter|KeyCondition)Expression: Incorrect operand type /,
    ],
    // The types of attribute_type come in another order whenever DynamoDB Local is started.
    [ATTRIBUTE_TYPES, ATTRIBUTE_TYPES],
    // Key values come before expressions.
    [/an empty (string|binary) value/, /^Invalid \w+Expression: /],
    // What an update meets on the item: which of several comes first is not known of DynamoDB.
    [RUN_TIME, RUN_TIME],
    // Constraints of members come first.
    [/failed to satisfy constraint: Member must /i, /./],
    // The empty condition comes before the empty update.
    [/^Invalid ConditionExpression: The expression can not be empty;$/, /^Invalid UpdateExpression: /],
];

/** A step after which DynamoDB Local may hold an item of the key alone that DynamoDB does not, without a word of it. */
export const mayLeaveAKey = ({ operation, request }) => operation === "UpdateItem" && takesAway(request);

export const KNOWN_DIFFERENCES = [
    {
        name: "capacity by DynamoDB's accounting",
        reason:
            "Sizes and minimum charges. DynamoDB Local charges nothing for an empty page, twice for a batch's delete " +
            "of a missing item, and reports a delete of a missing item even where nothing was asked. What an index " +
            "is charged for is the change of its projected entry.",
        matches: ({ kind, ours, expected }) =>
            kind === "ConsumedCapacity" && expected !== null && isDeepStrictEqual(ours, expected.capacity),
    },
    {
        name: "indexes DynamoDB Local cannot have",
        reason:
            "Of several key attributes, or to be deleted: what such an index refuses, DynamoDB Local stores, reads, " +
            "or refuses for its condition.",
        rare: true,
        matches: ({ kind, table, ours, theirs }) =>
            kind === "outcome" &&
            table.indexes.some(({ oursOnly }) => oursOnly) &&
            (refusedByUs(ours, theirs) || says(theirs, /^The conditional request failed$/)) &&
            says(
                ours,
                /^One or more parameter values .*(IndexName: (multi|gsi2)|secondary index key|has exceeded)|IndexKey: /,
            ),
    },
    {
        name: "lengths of index keys in updates",
        reason: "Index keys are as long as table keys may be; DynamoDB Local looks at the lengths of whole items only.",
        rare: true,
        matches: ({ kind, table, operation, ours, theirs }) =>
            kind === "outcome" &&
            operation === "UpdateItem" &&
            table.indexes.length > 0 &&
            refusedByUs(ours, theirs) &&
            says(ours, /has exceeded the (maximum )?size limit of ?(2048|1024) bytes$/),
    },
    {
        name: "taking away from an index key",
        reason: "What DELETE takes away from an attribute that is not there need not fit it; nothing is written.",
        rare: true,
        matches: ({ kind, request, ours, theirs }) =>
            kind === "outcome" &&
            !FAILURE.test(text(ours)) &&
            Object.values(request.AttributeUpdates ?? {}).some(({ Action }) => Action === "DELETE") &&
            says(theirs, /^Updates on index keys must be of the same data type as the key attribute$/),
    },
    {
        name: "an index key of another type in updates",
        reason: "An index key keeps its type; DynamoDB Local lets many updates write another one.",
        rare: true,
        matches: ({ kind, operation, ours, theirs }) =>
            kind === "outcome" &&
            operation === "UpdateItem" &&
            refusedByUs(ours, theirs) &&
            says(ours, /^One or more parameter values were invalid: Type mismatch for Index Key /),
    },
    {
        name: "touched parts only",
        reason: "UPDATED_OLD and UPDATED_NEW give the touched nested parts; DynamoDB Local gives the whole attribute.",
        matches: ({ kind, request, ours, theirs }) =>
            kind === "Attributes" &&
            /^UPDATED_/.test(request.ReturnValues ?? "") &&
            /[.[]/.test(request.UpdateExpression ?? "") &&
            isPartOf({ M: ours ?? {} }, { M: theirs ?? {} }),
    },
    {
        name: "REMOVE alone creates no item",
        reason: "REMOVE on a missing item leaves it missing; DynamoDB Local creates an item of the key alone.",
        matches: ({ kind, operation, request, ours }) =>
            operation === "UpdateItem" && kind === "Attributes" && ours === undefined && takesAway(request),
    },
    {
        name: "checks before the table",
        reason: "DynamoDB checks values, empty keys and expressions before it looks for the table.",
        matches: ({ kind, ours, theirs }) =>
            kind === "outcome" &&
            text(ours).startsWith("ValidationException") &&
            says(theirs, /^Cannot do operations on a non-existent table$/),
    },
    {
        name: "members DynamoDB Local does not read",
        reason: "DynamoDB constrains every member; DynamoDB Local ignores some that do not matter to it.",
        matches: ({ kind, ours, theirs }) =>
            kind === "outcome" &&
            says(ours, /at '(return(ItemCollectionMetrics|ConsumedCapacity|ValuesOnConditionCheckFailure))'/),
    },
    {
        name: "order of checks",
        reason: "A request with two faults: DynamoDB's order of checks differs from DynamoDB Local's.",
        matches: ({ kind, ours, theirs }) =>
            kind === "text" && ORDER.some(([mine, other]) => says(ours, mine) && says(theirs, other)),
    },
    {
        name: "key values inside an item",
        reason: "Which of an item's values are its key is known with the table only, and expressions come before it.",
        rare: true,
        matches: ({ kind, operation, ours, theirs }) =>
            kind === "text" &&
            operation === "PutItem" &&
            says(ours, /^Invalid \w+Expression: /) &&
            says(theirs, /an empty (string|binary) value\. Key: /),
    },
    {
        name: "duplicate number keys in a batch",
        reason: "Keys are compared by value: 1 and 1.0 are one key; DynamoDB Local compares their spelling.",
        rare: true,
        matches: ({ kind, ours, theirs }) =>
            kind === "outcome" &&
            refusedByUs(ours, theirs) &&
            says(ours, /^Provided list of item keys contains duplicates$/),
    },
    {
        name: "failures of DynamoDB Local itself",
        reason: "DynamoDB Local answers InternalFailure to some requests; DynamoDB refuses or carries them out.",
        matches: ({ kind, ours, theirs }) =>
            kind === "outcome" && /^(InternalFailure|NoAnswer)/.test(text(theirs)) && !FAILURE.test(text(ours)),
    },
    {
        name: "a value as a step of a path",
        reason: "A name follows a point; DynamoDB Local reads on after a.:v, and fails where no other fault comes.",
        rare: true,
        matches: ({ kind, ours, theirs }) =>
            (kind === "text" || kind === "outcome") &&
            says(ours, /^Invalid \w+Expression: Syntax error; token: ":\w+", near: "\.\s*:/) &&
            says(theirs, /^Invalid \w+Expression: /),
    },
    {
        name: "a page that ends on the last match",
        reason: "DynamoDB may announce a further, empty page; DynamoDB Local never does where a partition is one item.",
        matches: ({ kind, request, ours, theirs }) =>
            kind === "LastEvaluatedKey" && request.Limit > 0 && ours !== undefined && theirs === undefined,
    },
    {
        name: "paths inside keys, outside Query filters",
        reason: "Seen of DynamoDB on Query filters only; DynamoDB Local refuses them everywhere.",
        matches: ({ kind, operation, request, ours, theirs }) =>
            kind === "outcome" &&
            (operation !== "Query" || !filterNames(request, /Key: (.*)$/.exec(text(theirs))?.[1])) &&
            !FAILURE.test(text(ours)) &&
            says(theirs, /^Key attributes must be scalars; /),
    },
    {
        name: "a start key at the end of the range",
        reason: "DynamoDB hands out the last key of a range as LastEvaluatedKey, so it takes it back; nothing follows.",
        rare: true,
        matches: ({ kind, operation, ours, theirs }) =>
            kind === "outcome" &&
            operation === "Query" &&
            says(theirs, /^The provided starting key does not match the range key predicate$/) &&
            ours?.ScannedCount === 0 &&
            ours.LastEvaluatedKey === undefined,
    },
    {
        name: "bytes inside bytes",
        reason: "DynamoDB Local looks for bytes as if they were text: all that is no UTF-8 is the same to it.",
        rare: true,
        matches: ({ kind, request }) =>
            /^(walk )?(Items|Count)$/.test(kind) &&
            Object.values(request.ScanFilter ?? request.QueryFilter ?? {}).some(
                ({ ComparisonOperator, AttributeValueList: [value] = [] }) =>
                    /CONTAINS$/.test(ComparisonOperator) && isNoText(value?.B),
            ),
    },
    {
        name: "keys of impossible length in reads",
        reason: "A key that no item can have is refused in a key condition or start key; DynamoDB Local finds nothing.",
        matches: ({ kind, operation, request, ours, theirs }) =>
            kind === "outcome" &&
            (operation === "Query" || operation === "Scan") &&
            refusedByUs(ours, theirs) &&
            (says(ours, /exceeded the (maximum )?size limit of ?(2048|1024) bytes$/) ||
                (says(ours, /^The provided starting key is invalid/) &&
                    JSON.stringify(request.ExclusiveStartKey).length > 1024)),
    },
];
