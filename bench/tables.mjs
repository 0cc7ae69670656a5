// Results as Markdown: what README shows of each bench (readme.mjs), from the JSON that it left.

// The first column's cells to the left, the others' to the right.
export function markdownTable(head, rows) {
    const table = [head, head.map((_, column) => column === 0 ? "---" : "---:"), ...rows];
    return `${table.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`;
}

// With separators of thousands.
export function count(value) {
    return Math.round(value).toLocaleString("en-US");
}

// One row for each operation, one column for each server: requests/s, and its process's time of a request.
export function operationsTable({ rounds, seconds, connections, partitions, items, bytes }, operations) {
    const names = [...new Set(operations.flatMap(({ rows }) => rows.map(({ name }) => name)))];
    const rows = operations.map(({ operation, rows }) => [operation, ...names.map((name) => {
        const row = rows.find((one) => one.name === name);
        if (row === undefined) return "";
        return row.cpu === null ? count(row.rate) : `${count(row.rate)} · ${count(row.cpu)} µs`;
    })]);
    return `${markdownTable(["requests/s · processor time of one", ...names], rows)}\n` +
        `${connections} connections, ${count(partitions)} partition keys × ${count(items)} items of ${bytes} bytes; ` +
        `medians of ${rounds} alternating rounds of ${seconds} s.\n`;
}
