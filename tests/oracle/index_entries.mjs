// How an item stands in an index, by DynamoDB's rules: what the judge of capacity and the model of indexes
// (model.mjs) measure by.
import { canonicalNumber } from "./values.mjs";

const HASH_BYTES_MAX = 2048;
const RANGE_BYTES_MAX = 1024;

const bytesOf = ({ S, B }) => (S === undefined ? Buffer.from(B ?? "", "base64") : Buffer.from(S)).length;

/** Whether the item has the key attribute as an index takes it: of its type, not empty. */
export function fitsKey({ name, type }, item) {
    const value = item?.[name];
    return value?.[type] !== undefined && (type === "N" || bytesOf(value) > 0);
}

/** Whether the item is in the index: it has every key attribute, and their values are not too long together. */
export function isIn(index, item) {
    const bytes = { HASH: 0, RANGE: 0 };
    for (const key of index.keys) {
        if (!fitsKey(key, item)) return false;
        bytes[key.kind] += bytesOf(item[key.name]);
    }
    return bytes.HASH <= HASH_BYTES_MAX && bytes.RANGE <= RANGE_BYTES_MAX;
}

/** Names of the attributes in the index; null where it has all. */
export function projectedNames(table, { keys, projection }) {
    if (projection.ProjectionType === "ALL") return null;
    return new Set([...[...table.keys, ...keys].map(({ name }) => name), ...(projection.NonKeyAttributes ?? [])]);
}

/** The item's entry, or undefined. */
export function entryOf(table, index, item) {
    if (!isIn(index, item)) return undefined;
    const names = projectedNames(table, index);
    return Object.fromEntries(Object.entries(item).filter(([name]) => names === null || names.has(name)));
}

/** A text that is the same for equal values. */
export function valueIdentity(value) {
    const [[type, content]] = Object.entries(value);
    if (type === "N") return `N ${canonicalNumber(content)}`;
    if (type === "L") return `L ${JSON.stringify(content.map(valueIdentity))}`;
    if (type === "M") return `M ${itemIdentity(content)}`;
    if (type === "NS") return `NS ${JSON.stringify(content.map(canonicalNumber).sort())}`;
    if (type === "SS" || type === "BS") return `${type} ${JSON.stringify([...content].sort())}`;
    return `${type} ${JSON.stringify(content)}`;
}

/** The same for items; undefined is an item too. */
export function itemIdentity(item) {
    const entries = Object.entries(item ?? {}).map(([name, value]) => [name, valueIdentity(value)]);
    return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const keyIdentity = (keys, item) => JSON.stringify(keys.map(({ name }) => valueIdentity(item[name])));
