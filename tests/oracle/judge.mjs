// Decides what a difference in consumed capacity is worth: our side is held to DynamoDB's accounting, not to
// DynamoDB Local's. `expectedCapacity` gives the table's units our side should have answered, or null where this
// judge cannot know (indexes, several tables).
import { withTable } from "./execute.mjs";
import { itemBytes, readUnits, writeUnits } from "./sizes.mjs";
import { keysWritten } from "./tables.mjs";

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

/** `before` and `after` are the images around a write. Zero: nothing was asked for, so nothing is to be told. */
export async function expectedCapacity(endpoint, table, step, tableName, before, after) {
    const { operation } = step;
    if (!asked(step)) return 0;
    if (table.indexes.length > 0) return null;
    if (WRITES.has(operation)) return before.reduce((sum, old, place) => sum + writeUnits(old, after[place]), 0);
    const request = withTable(step.request, tableName);
    if (operation === "GetItem") {
        return readUnits(itemBytes(await itemAt(endpoint, tableName, request.Key)), request.ConsistentRead);
    }
    if (operation === "BatchGetItem") {
        const { Keys, ConsistentRead } = request.RequestItems[tableName];
        const items = await Promise.all(Keys.map((Key) => itemAt(endpoint, tableName, Key)));
        return items.reduce((sum, item) => sum + readUnits(itemBytes(item), ConsistentRead), 0);
    }
    if (operation !== "Query" && operation !== "Scan") return null;
    return pageUnits(endpoint, operation, request);
}

/** The same page, bare: what it evaluates is what is paid for. Names and values no longer used must go too. */
async function pageUnits(endpoint, operation, request) {
    const bare = { ...request };
    for (const member of FREE_MEMBERS) delete bare[member];
    const used = bare.KeyConditionExpression ?? "";
    for (const map of ["ExpressionAttributeNames", "ExpressionAttributeValues"]) {
        if (!bare[map]) continue;
        const names = Object.keys(bare[map]).filter((name) => new RegExp(`${name}(?!\\w)`).test(used));
        bare[map] = Object.fromEntries(names.map((name) => [name, bare[map][name]]));
        if (names.length === 0) delete bare[map];
    }
    const { error, body } = await endpoint.call(operation, { ...bare, ConsistentRead: true });
    if (error) return null;
    return readUnits(
        body.Items.reduce((bytes, item) => bytes + itemBytes(item), 0),
        request.ConsistentRead,
    );
}
