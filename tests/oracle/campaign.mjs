// Runs groups of steps against both servers. A group is one table and a sequence of steps, made from the seed and the
// group's number alone. Known differences are healed (our item goes to the other side) so that the group can go on;
// an unknown one ends its group and is kept for shrinking.
import { differences } from "./compare.mjs";
import { execute, withTable, STAND_IN } from "./execute.mjs";
import { KNOWN_DIFFERENCES, mayLeaveAKey } from "./known_differences.mjs";
import { expectedCapacity, images, needsImages } from "./judge.mjs";
import { randomStep } from "./requests.mjs";
import { fitsKey } from "./index_entries.mjs";
import { expectedAnswer, isAgainstModel } from "./model.mjs";
import { createRequest, indexChanges, keyOf, keysWritten, randomTable, tableAt } from "./tables.mjs";

const STEPS_PER_GROUP = 120;
const ACTIVE_LIMIT_MS = 60_000;
const LOCAL_TRIES = 3;
const EVENTUAL_TRIES = 40;
const EVENTUAL_PAUSE_MS = 50;

let tablesMade = 0;
const newTableName = () => `oracle_${process.pid}_${++tablesMade}`;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function makeGroup(random, plan) {
    const table = randomTable(random, STAND_IN, plan.indexes && random.chance(0.7), STEPS_PER_GROUP);
    const steps = Array.from({ length: STEPS_PER_GROUP }, (_, at) => [
        ...indexChanges(table, at),
        randomStep(random, tableAt(table, at), plan),
    ]);
    return { table, steps: steps.flat() };
}

/** Who has an index: some DynamoDB Local cannot have (tables.mjs). */
const forSide = (side, table) =>
    side === "ours" ? table : { ...table, indexes: table.indexes.filter(({ oursOnly }) => !oursOnly) };

export async function createTables(servers, table) {
    const tableName = newTableName();
    await Promise.all(
        Object.entries(servers).map(async ([side, endpoint]) => {
            const request = createRequest(forSide(side, table), tableName);
            const { error, message } = await endpoint.call("CreateTable", request);
            if (error) throw new Error(`${endpoint.name} cannot create a table: ${error}: ${message}`);
            await isActive(endpoint, tableName);
        }),
    );
    return tableName;
}

async function isActive(endpoint, tableName) {
    const deadline = Date.now() + ACTIVE_LIMIT_MS;
    for (;;) {
        const { body } = await endpoint.call("DescribeTable", { TableName: tableName });
        const parts = [
            body?.Table?.TableStatus,
            ...(body?.Table?.GlobalSecondaryIndexes ?? []).map((i) => i.IndexStatus),
        ];
        if (parts.every((status) => status === "ACTIVE")) return;
        if (Date.now() > deadline) throw new Error(`${endpoint.name}: ${tableName} did not become ACTIVE`);
        await pause(20);
    }
}

/**
 * An index comes or goes on both sides; nothing else is done until it has. DynamoDB leaves items out of a new index
 * whose attributes do not fit its key; DynamoDB Local takes some in and never ends with others, so they go first,
 * except from an index that is ours alone.
 */
async function changeIndex(servers, table, all, step, tableName) {
    const created = step.request.GlobalSecondaryIndexUpdates?.[0]?.Create?.IndexName;
    const index = all.indexes.find(({ name }) => name === created);
    if (index && !step.oursOnly) await dropMisfits(servers, table, index, tableName);
    const sides = step.oursOnly ? [servers.ours] : [servers.ours, servers.theirs];
    const request = withTable(step.request, tableName);
    const answers = await Promise.all(sides.map((endpoint) => endpoint.call(step.operation, request)));
    // Now and then DynamoDB Local fails to make an index that it makes when it is asked again.
    for (let i = 0; i < LOCAL_TRIES && answers[1]?.error?.startsWith("InternalFailure"); i++) {
        answers[1] = await servers.theirs.call(step.operation, request);
    }
    await Promise.all(sides.map((endpoint) => isActive(endpoint, tableName)));
    const [ours, theirs] = answers.map(({ error }) => error ?? "success");
    return theirs === undefined || ours === theirs ? [] : [{ kind: "outcome", ours, theirs, known: null }];
}

async function dropMisfits(servers, table, index, tableName) {
    let ExclusiveStartKey;
    do {
        const request = { TableName: tableName, ExclusiveStartKey, ConsistentRead: true };
        const { body } = await servers.ours.call("Scan", request);
        const misfits = body.Items.filter((item) => index.keys.some((key) => item[key.name] && !fitsKey(key, item)));
        for (const item of misfits) {
            const bad = { TableName: tableName, Key: keyOf(table, item) };
            await Promise.all(Object.values(servers).map((endpoint) => endpoint.call("DeleteItem", bad)));
        }
        ExclusiveStartKey = body.LastEvaluatedKey;
    } while (ExclusiveStartKey);
}

/** The table after a step that changed its indexes and went well. */
function tableAfter(table, all, { request }) {
    const [{ Create, Delete }] = request.GlobalSecondaryIndexUpdates ?? [{}];
    const without = table.indexes.filter(({ name }) => name !== (Create ?? Delete)?.IndexName);
    const made = all.indexes.find(({ name }) => name === Create?.IndexName);
    return { ...table, indexes: made ? [...without, made] : without };
}

export const dropTables = (servers, TableName) =>
    Promise.all(Object.values(servers).map((endpoint) => endpoint.call("DeleteTable", { TableName })));

/** A GSI may be behind: its reads are asked again until both sides agree or patience ends. */
const isEventual = ({ request }, table) =>
    table.indexes.some((index) => index.global && index.name === request.IndexName);

/**
 * One step on both sides: [{kind, ours, theirs, known}], `known` the entry that explains the difference, or null.
 * Both sides hold the same items afterwards if every difference was known.
 */
export async function performStep(servers, table, step, tableName, onAnswer) {
    const before = needsImages(step) ? await images(servers.ours, table, step, tableName) : null;
    let found;
    for (let tries = 0; ; tries++) {
        const [ours, theirs] = await Promise.all([
            execute(servers.ours, step, tableName),
            isAgainstModel(step)
                ? expectedAnswer(servers.theirs, table, step, tableName)
                : execute(servers.theirs, step, tableName),
        ]);
        if (tries === 0) onAnswer?.(step, theirs.answer);
        found = differences(step, ours, theirs);
        for (const difference of found) await explain(servers, table, step, tableName, before, difference);
        const isExplained = found.every(({ known }) => known);
        if (isExplained || !isEventual(step, table) || tries >= EVENTUAL_TRIES) break;
        await pause(EVENTUAL_PAUSE_MS);
    }
    if (found.length > 0 && found.every(({ known }) => known)) await heal(servers, table, step, tableName);
    if (mayLeaveAKey(step)) await dropBareKeys(servers, table, step, tableName);
    return found;
}

async function explain(servers, table, step, tableName, before, difference) {
    if (difference.kind === "ConsumedCapacity") {
        const after = before && (await images(servers.ours, table, step, tableName));
        difference.expected = await expectedCapacity(servers.ours, table, step, tableName, before, after);
    }
    const seen = { ...difference, table, operation: step.operation, request: step.request };
    difference.known = KNOWN_DIFFERENCES.find((entry) => entry.matches(seen)) ?? null;
}

/** After a known difference: their side gets our items, as far as they can be read and written. */
async function heal(servers, table, step, tableName) {
    for (const Key of keysWritten(table, step)) {
        const read = { TableName: tableName, Key, ConsistentRead: true };
        const { error, body } = await servers.ours.call("GetItem", read);
        if (error) continue;
        if (body.Item) await servers.theirs.call("PutItem", { TableName: tableName, Item: body.Item });
        else await servers.theirs.call("DeleteItem", { TableName: tableName, Key });
    }
}

/** Their side loses an item that is nothing but its key, if ours has none. */
async function dropBareKeys(servers, table, step, tableName) {
    for (const Key of keysWritten(table, step)) {
        const read = { TableName: tableName, Key, ConsistentRead: true };
        const [ours, theirs] = await Promise.all([
            servers.ours.call("GetItem", read),
            servers.theirs.call("GetItem", read),
        ]);
        const bare = theirs.body?.Item && Object.keys(theirs.body.Item).length === table.keys.length;
        if (ours.error || ours.body.Item || !bare) continue;
        await servers.theirs.call("DeleteItem", { TableName: tableName, Key });
    }
}

/** Every item the group may have written, read from both sides: a write that went wrong in silence shows here. */
function lastSteps(table, steps) {
    const keys = new Map();
    for (const step of steps) {
        for (const key of keysWritten(table, step)) {
            if (table.keys.every(({ name, type }) => key[name]?.[type])) keys.set(JSON.stringify(key), key);
        }
    }
    return [...keys.values()].map((Key) => ({
        operation: "GetItem",
        request: { TableName: STAND_IN, Key, ConsistentRead: true },
        walk: false,
    }));
}

/** Runs steps until one differs in a way that is not known: {done, failure}; `failure` is null or {steps, found}. */
export async function runSteps(servers, table, steps, { onKnown, onAnswer }) {
    let now = tableAt(table, 0);
    const tableName = await createTables(servers, now);
    try {
        const all = [...steps, ...lastSteps(table, steps)];
        for (const [place, step] of all.entries()) {
            const found =
                step.operation === "UpdateTable"
                    ? await changeIndex(servers, now, table, step, tableName)
                    : await performStep(servers, now, step, tableName, onAnswer);
            for (const { known } of found) if (known) onKnown?.(known);
            const unknown = found.filter(({ known }) => !known);
            if (unknown.length > 0)
                return {
                    steps: all.slice(0, place + 1),
                    found: unknown[0],
                    request: withTable(step.request, tableName),
                };
            if (step.operation === "UpdateTable") now = tableAfter(now, table, step);
        }
        return null;
    } finally {
        await dropTables(servers, tableName);
    }
}
