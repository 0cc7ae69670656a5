// Decides what a difference in consumed capacity is worth: our side is held to DynamoDB's accounting, not to
// DynamoDB Local's. `expectedCapacity` gives what our side should have answered, or null where this judge cannot know.
import { withTable } from "./execute.mjs";
import { entryOf, itemIdentity, keyIdentity, projectedNames } from "./index_entries.mjs";
import { itemBytes, readUnits, writeUnits } from "./sizes.mjs";
import { keyOf, keysWritten } from "./tables.mjs";

const WRITES = new Set(["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"]);
const FREE_MEMBERS = [
    "FilterExpression",
    "ProjectionExpression",
    "AttributesToGet",
    "QueryFilter",
    "ScanFilter",
    "ConditionalOperator",
    "Select",
    "ReturnConsumedCapacity",
];

const asked = ({ request }) => ["TOTAL", "INDEXES"].includes(request.ReturnConsumedCapacity);
export const needsImages = (step) => WRITES.has(step.operation) && asked(step);

/** The items a write is about, as our side has them now; undefined where there is none. */
export async function images(endpoint, table, step, tableName) {
    const keys = keysWritten(table, { ...step, request: withTable(step.request, tableName) });
    return Promise.all(keys.map((Key) => itemAt(endpoint, tableName, Key)));
}

async function itemAt(endpoint, TableName, Key) {
    const { body } = await endpoint.call("GetItem", { TableName, Key, ConsistentRead: true });
    return body?.Item;
}

/**
 * `before` and `after` are the images around a write, `table` as it was then. Answers {capacity}: the member as it
 * should be, undefined where nothing was asked for.
 */
export async function expectedCapacity(endpoint, table, step, tableName, before, after) {
    if (!asked(step)) return { capacity: undefined };
    const units = await expectedUnits(endpoint, table, step, tableName, before, after);
    if (units === null) return null;
    const capacity = asMember(table, tableName, units, step.request.ReturnConsumedCapacity);
    return { capacity: step.request.RequestItems ? [capacity] : capacity };
}

/** units: {table, arms: index name → units}. INDEXES names the table and the indexes that were touched. */
function asMember(table, TableName, units, wanted) {
    const arms = Object.entries(units.arms).filter(([, count]) => count > 0);
    const CapacityUnits = units.table + arms.reduce((sum, [, count]) => sum + count, 0);
    if (wanted === "TOTAL") return { TableName, CapacityUnits };
    const member = { TableName, CapacityUnits, Table: { CapacityUnits: units.table } };
    for (const [name, count] of arms) {
        const { global } = table.indexes.find((index) => index.name === name);
        const kind = global ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes";
        member[kind] = { ...member[kind], [name]: { CapacityUnits: count } };
    }
    return member;
}

const onTable = (units) => ({ table: units, arms: {} });

async function expectedUnits(endpoint, table, step, tableName, before, after) {
    const { operation } = step;
    if (WRITES.has(operation)) return writtenUnits(table, before, after);
    const request = withTable(step.request, tableName);
    if (operation === "GetItem") {
        return onTable(readUnits(itemBytes(await itemAt(endpoint, tableName, request.Key)), request.ConsistentRead));
    }
    if (operation === "BatchGetItem") {
        const { Keys, ConsistentRead } = request.RequestItems[tableName];
        const items = await Promise.all(Keys.map((Key) => itemAt(endpoint, tableName, Key)));
        return onTable(items.reduce((sum, item) => sum + readUnits(itemBytes(item), ConsistentRead), 0));
    }
    if (operation !== "Query" && operation !== "Scan") return null;
    return pageUnits(endpoint, table, operation, request, tableName);
}

function writtenUnits(table, before, after) {
    const units = onTable(before.reduce((sum, old, place) => sum + writeUnits(old, after[place]), 0));
    for (const index of table.indexes) {
        units.arms[index.name] = before.reduce((sum, old, place) => sum + armUnits(table, index, old, after[place]), 0);
    }
    return units;
}

/** By the change of the projected entry: nothing where it stays, both where it moves, else the larger one. */
function armUnits(table, index, oldItem, newItem) {
    const [old, now] = [oldItem, newItem].map((item) => entryOf(table, index, item));
    if (!old && !now) return 0;
    if (!old || !now) return writeUnits(old, now);
    if (itemIdentity(old) === itemIdentity(now)) return 0;
    const moves = keyIdentity(index.keys, old) !== keyIdentity(index.keys, now);
    return moves ? writeUnits(old, undefined) + writeUnits(undefined, now) : writeUnits(old, now);
}

/** The same page, bare: what it evaluates is what is paid for. Names and values no longer used must go too. */
async function pageUnits(endpoint, table, operation, request, tableName) {
    const index = table.indexes.find(({ name }) => name === request.IndexName);
    const bare = { ...request, ConsistentRead: !index?.global };
    for (const member of FREE_MEMBERS) delete bare[member];
    const used = bare.KeyConditionExpression ?? "";
    for (const map of ["ExpressionAttributeNames", "ExpressionAttributeValues"]) {
        if (!bare[map]) continue;
        const names = Object.keys(bare[map]).filter((name) => new RegExp(`${name}(?!\\w)`).test(used));
        bare[map] = Object.fromEntries(names.map((name) => [name, bare[map][name]]));
        if (names.length === 0) delete bare[map];
    }
    const { error, body } = await endpoint.call(operation, bare);
    if (error) return null;
    const units = readUnits(
        body.Items.reduce((bytes, item) => bytes + itemBytes(item), 0),
        request.ConsistentRead,
    );
    if (!index) return onTable(units);
    const fetched = fetches(table, index, request) ? body.Items : [];
    const items = await Promise.all(fetched.map((entry) => itemAt(endpoint, tableName, keyOf(table, entry))));
    const reads = items.reduce((sum, item) => sum + readUnits(itemBytes(item), request.ConsistentRead), 0);
    return { table: reads, arms: { [index.name]: units } };
}

/** Whether a local index must look into the table: what was asked for is not all in it. */
function fetches(table, index, { Select, ProjectionExpression, AttributesToGet, ExpressionAttributeNames }) {
    const projected = projectedNames(table, index);
    if (index.global || projected === null) return false;
    if (Select === "ALL_ATTRIBUTES") return true;
    const paths = (ProjectionExpression ?? "").split(",").map((path) => path.trim().replace(/[.[].*$/s, "").trim());
    const names = paths.filter(Boolean).map((name) => ExpressionAttributeNames?.[name] ?? name);
    return [...names, ...(AttributesToGet ?? [])].some((name) => !projected.has(name));
}
