// Results as Markdown: what README shows of each bench (readme.mjs), from the JSON that it left.
import { TITLES } from "./requests.mjs";

// The first column's cells to the left, the others' to the right.
export function markdownTable(head, rows) {
    const table = [head, head.map((_, column) => column === 0 ? "---" : "---:"), ...rows];
    return `${table.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`;
}

// Whole, with separators of thousands.
function whole(value) {
    return Math.round(value).toLocaleString("en-US");
}

// One row for each operation, one column for each server: requests/s, and its process's time for one of them.
export function operationsTable({ rounds, seconds, connections, partitions, items, bytes, processors }, operations) {
    const names = [...new Set(operations.flatMap(({ rows }) => rows.map(({ name }) => name)))];
    const rows = operations.map(({ operation, rows }) => [operation, ...names.map((name) => {
        const row = rows.find((one) => one.name === name);
        if (row === undefined) return "";
        return row.cpu === null ? whole(row.rate) : `${whole(row.rate)} · ${whole(row.cpu)} µs`;
    })]);
    return `${markdownTable(["requests/s · processor time of one", ...names], rows)}\n` +
        `${connections} connections, ${whole(partitions)} partition keys × ${whole(items)} items of ${bytes} bytes, ` +
        `${processors} processors; medians of ${rounds} alternating rounds of ${seconds} s.\n`;
}

// What was measured where something is wanted; several benches' together.
export function boundsTable(...results) {
    const rows = results.flatMap(({ bounds }) => bounds).map(({ what, value, wanted }) => [
        what, Math.abs(value) < 100 ? String(Number(value.toPrecision(3))) : whole(value), wanted,
    ]);
    return markdownTable(["", "measured", "wanted"], rows);
}

// Requests/s of each server, and the p99 of its reads.
export function ycsbTable({ conditions, workloads }) {
    const names = [...new Set(Object.values(workloads).flatMap(Object.keys))];
    const rows = Object.entries(workloads).map(([workload, servers]) => [workload, ...names.map((name) => {
        if (servers[name] === undefined) return "";
        const { TOTAL: total, READ: read } = servers[name];
        return read === undefined ? whole(total.ops) : `${whole(total.ops)} · ${(read.p99 / 1000).toFixed(1)} ms`;
    })]);
    return `${markdownTable(["requests/s · p99 of reads", ...names], rows)}\n` +
        `${conditions.threads} threads, ${whole(conditions.records)} records, ` +
        `${whole(conditions.operations)} operations a run; medians of ${conditions.rounds} alternating rounds.\n`;
}

export function scaleTable({ conditions, figures }) {
    const [items, keys] = [figures.items, figures["partition keys"]].map(whole);
    return markdownTable([`${items} items of ${conditions.bytes} bytes over ${keys} partition keys`, ""], [
        ["loaded by batches, first tenth", `${whole(figures["load, first tenth"])} items/s`],
        ["loaded by batches, last tenth", `${whole(figures["load, last tenth"])} items/s`],
        ["scanned in 4 segments, counted exactly", `${whole(figures["scan, 4 segments"])} items/s`],
        ["workerd's memory at its peak", `${whole(figures["workerd's memory at its peak"])} MB`],
    ]);
}

export function startupTable({ conditions, figures }) {
    const ms = (value) => value < 10 ? `${value.toFixed(1)} ms` : `${whole(value)} ms`;
    const both = (what) => [what, `${ms(figures[`${what}, p50`])} · ${ms(figures[`${what}, p99`])}`];
    return markdownTable([`medians · p99 of ${conditions.rounds} rounds of ${conditions.objects} objects`, ""], [
        ["`npm start`, built and installed, to its first answer", ms(figures["npm start to its first answer"])],
        both("new object, PutItem"), both("sleeping object, GetItem"), both("awake object, GetItem"),
        ["the module · compressed", ["module", "module, compressed"].map((what) => whole(figures[what])).join(" · ")],
    ]);
}

export function deletionTable({ figures }) {
    const keys = whole(figures["partition keys"]);
    return markdownTable([`a table of ${keys} partition keys deleted, the server killed twice meanwhile`, ""], [
        ["object requests of DeleteTable itself", whole(figures["object requests of DeleteTable"])],
        ["all done within", `${whole(figures["deleted and killed twice within"])} s`],
        ["partitions that hold a table eleven minutes later", whole(figures["partitions that hold tables, after"])],
    ]);
}

// The smallest and the largest of a case of growth: processor time of each operation.
export function growthTable({ conditions, points }) {
    const ends = [points[0], points.at(-1)];
    const rows = Object.keys(ends[0].runs).map((operation) => [
        TITLES[operation], ...ends.map(({ runs }) => `${whole(runs[operation].cpu)} µs`),
    ]);
    return markdownTable([conditions.title, ...ends.map(({ size }) => `${whole(size)} ${conditions.x}`)], rows);
}
