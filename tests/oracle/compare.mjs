// Compares what two servers answered to one step. A difference is {kind, ours, theirs} with printable sides.
import { isDeepStrictEqual } from "node:util";
import { comparable, isAgreed } from "./agreed_texts.mjs";
import { canonicalNumber } from "./values.mjs";

/** Members whose equality is judged elsewhere or that each server is free to choose. */
const APART = new Set([
    "ConsumedCapacity",
    "ItemCollectionMetrics",
    "message",
    "Message",
    "__type",
    "LastEvaluatedKey",
]);

/** The value with its sets sorted. */
function settled(value) {
    if (Array.isArray(value)) return value.map(settled);
    if (value === null || typeof value !== "object") return value;
    const entries = Object.entries(value);
    if (entries.length === 1 && ["SS", "NS", "BS"].includes(entries[0][0]) && Array.isArray(entries[0][1])) {
        return { [entries[0][0]]: [...entries[0][1]].sort() };
    }
    return Object.fromEntries(entries.map(([name, member]) => [name, settled(member)]));
}

/** DynamoDB Local returns numbers inside lists, maps and sets as they were spelled; DynamoDB returns them canonical. */
export function canonical(value) {
    if (Array.isArray(value)) return value.map(canonical);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
        Object.entries(value).map(([name, member]) => {
            if (name === "N" && typeof member === "string") return [name, canonicalNumber(member)];
            if (name === "NS" && Array.isArray(member) && member.every((n) => typeof n === "string")) {
                return [name, member.map(canonicalNumber)];
            }
            return [name, canonical(member)];
        }),
    );
}

/** A text by which equal values, whatever their members' order, are equal. */
const identity = (value) =>
    JSON.stringify(value, (_, v) =>
        v && typeof v === "object" && !Array.isArray(v)
            ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
            : v,
    );

const asSet = (items) => items?.map((item) => settled(item)).sort((a, b) => (identity(a) < identity(b) ? -1 : 1));
const same = (a, b) => isDeepStrictEqual(settled(a), settled(b));
const outcome = ({ error }) => error ?? "success";
const show = ({ error, message, body }) => (error ? `${error}: ${message}` : body);

export function differences(step, ours, local) {
    const theirs = inCanonicalNumbers(local);
    if (ours.answer.error || theirs.answer.error) return failures(step, ours.answer, theirs.answer);
    if (step.walk) return ofWalks(step, ours, theirs);
    const found = ofBodies(step, ours.answer.body, theirs.answer.body);
    return [...found, ...ofCapacity(step, ours.answer.body, theirs.answer.body)];
}

function inCanonicalNumbers({ answer, pages }) {
    const made = (one) => ({ ...one, body: canonical(one.body) });
    return { answer: made(answer), pages: pages.map((page) => ({ ...page, answer: made(page.answer) })) };
}

function failures(step, ours, theirs) {
    if (outcome(ours) !== outcome(theirs)) return [{ kind: "outcome", ours: show(ours), theirs: show(theirs) }];
    const found = [];
    if (isAgreed(theirs.message) && comparable(ours.message) !== comparable(theirs.message)) {
        found.push({ kind: "text", ours: ours.message, theirs: theirs.message });
    }
    for (const member of ["Item", "CancellationReasons"]) {
        const [mine, other] = [ours.body?.[member], theirs.body?.[member]].map(
            member === "Item" ? (x) => x : reasons,
        );
        if (!same(mine, other)) found.push({ kind: member, ours: mine, theirs: other });
    }
    return found;
}

const reasons = (list) => list?.map(({ Code, Item }) => ({ Code, Item }));

/** A Scan that shows a part of the table shows each server's own; so does an index where sort keys are equal. */
const isPartial = ({ operation, request }) =>
    (operation === "Scan" || request.IndexName) &&
    (request.Limit || request.TotalSegments || request.ExclusiveStartKey);
const isUnordered = ({ operation, request }) => operation === "Scan" || request.IndexName;

function ofBodies(step, ours, theirs) {
    const found = [];
    const members = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
    for (const member of members) {
        if (APART.has(member)) continue;
        if (isPartial(step) && ["Items", "Count", "ScannedCount"].includes(member)) continue;
        const [mine, other] = [ours[member], theirs[member]].map((value) => {
            if (member === "Items" && isUnordered(step)) return asSet(value);
            return member === "Responses" && !Array.isArray(value) ? inAnyOrder(value) : value;
        });
        if (!same(mine, other)) found.push({ kind: member, ours: ours[member], theirs: theirs[member] });
    }
    if (step.operation === "Query" && !step.request.IndexName) {
        const [mine, other] = [ours.LastEvaluatedKey, theirs.LastEvaluatedKey];
        if (!same(mine, other)) found.push({ kind: "LastEvaluatedKey", ours: mine, theirs: other });
    }
    return found;
}

const inAnyOrder = (responses) =>
    responses && Object.fromEntries(Object.entries(responses).map(([table, items]) => [table, asSet(items)]));

function ofWalks(step, ours, theirs) {
    // One segment of several is each server's own part of the table.
    if (step.request.Segment !== undefined) return [];
    const [mine, other] = [ours, theirs].map(({ pages }) => {
        const bodies = pages.map(({ answer }) => answer.body);
        const items = bodies.flatMap(({ Items }) => Items ?? []);
        return {
            Items: isUnordered(step) ? asSet(items) : items,
            Order: step.sortedBy && items.map((item) => step.sortedBy.map((name) => item[name])),
            Count: bodies.reduce((sum, { Count }) => sum + Count, 0),
            ScannedCount: bodies.reduce((sum, { ScannedCount }) => sum + ScannedCount, 0),
            Pages: isUnordered(step) ? 0 : pageEnds(bodies),
        };
    });
    const found = Object.keys(mine)
        .filter((member) => !same(mine[member], other[member]))
        .map((member) => ({ kind: `walk ${member}`, ours: mine[member], theirs: other[member] }));
    const onePage = ours.pages.length === 1 && theirs.pages.length === 1 && !isPartial(step);
    return onePage ? [...found, ...ofCapacity(step, ours.answer.body, theirs.answer.body)] : found;
}

/** Where pages end. Whether a page that holds the last match announces another, empty one is each server's choice. */
function pageEnds(bodies) {
    const ends = bodies.map(({ ScannedCount, LastEvaluatedKey }) => ({ ScannedCount, LastEvaluatedKey }));
    while (ends.length > 1 && ends.at(-1).ScannedCount === 0) ends.pop();
    ends.at(-1).LastEvaluatedKey = undefined;
    return ends;
}

function ofCapacity(step, ours, theirs) {
    if (isPartial(step)) return [];
    const [mine, other] = [ours.ConsumedCapacity, theirs.ConsumedCapacity].map((capacity) =>
        Array.isArray(capacity) ? [...capacity].sort((a, b) => (a.TableName < b.TableName ? -1 : 1)) : capacity,
    );
    return same(mine, other) ? [] : [{ kind: "ConsumedCapacity", ours: mine, theirs: other }];
}

/** What makes two differences the same fault: the texts without their particulars. */
export function signature(step, { kind, ours, theirs }) {
    const bare = (side) =>
        typeof side !== "string"
            ? ""
            : side.replace(/"[^"]*"|\[[^\]]*\]|\{[^}]*\}|[:#]\w+|\d+|: \w+$/g, "").slice(0, 110);
    return [step.operation, kind, bare(ours), bare(theirs)].join(" | ");
}
