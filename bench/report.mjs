// What a bench leaves behind: NAME.json, NAME.md and NAME.svg.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const BAR_HEIGHT = 14;
const LABEL_WIDTH = 200;
const BAR_WIDTH_MAX = 420;
const COLOURS = ["#2b6cb0", "#63b3ed", "#a0aec0", "#dd6b20", "#d69e2e", "#805ad5"];

export function writeReport(folder, name, conditions, results) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ conditions, results }, null, 4) + "\n");
    writeFileSync(join(folder, `${name}.md`), markdown(conditions, results));
    writeFileSync(join(folder, `${name}.svg`), plot(results));
}

function markdown({ rounds, seconds, connections, partitions, items }, results) {
    const rows = results.flatMap(({ operation, rows }) => rows.map((row) => [
        operation, row.name, row.rate.toFixed(0), row.ratio?.toFixed(2) ?? "", row.cpu?.toFixed(0) ?? "",
        row.p50.toFixed(1), row.p99.toFixed(1),
    ]));
    const head = ["operation", "server", "requests/s", "× bare object", "µs CPU", "p50 ms", "p99 ms"];
    const table = [head, head.map((_, column) => column < 2 ? "---" : "---:"), ...rows];
    return table.map((row) => `| ${row.join(" | ")} |`).join("\n") +
        `\n\n${connections} connections, ${partitions} partition keys × ${items} items of 300 bytes; ` +
        `medians of ${rounds} alternating rounds of ${seconds} s.\n`;
}

// One group of bars for each operation, each as long as its share of the group's fastest.
function plot(results) {
    const names = [...new Set(results.flatMap(({ rows }) => rows.map((row) => row.name)))];
    const parts = [];
    let y = 10;
    for (const { operation, rows } of results) {
        const fastest = Math.max(...rows.map((row) => row.rate));
        parts.push(text(4, y + 11, operation, "bold"));
        for (const row of rows) {
            const width = Math.max(1, row.rate / fastest * BAR_WIDTH_MAX);
            parts.push(text(90, y + 11, row.name, "normal"));
            parts.push(bar(y, width, COLOURS[names.indexOf(row.name) % COLOURS.length]));
            parts.push(text(LABEL_WIDTH + width + 6, y + 11, `${row.rate.toFixed(0)}/s`, "normal"));
            y += BAR_HEIGHT;
        }
        y += 10;
    }
    const width = LABEL_WIDTH + BAR_WIDTH_MAX + 80;
    parts.unshift('<rect width="100%" height="100%" fill="white"/>');
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" ` +
        `font-family="sans-serif" font-size="11">\n${parts.join("\n")}\n</svg>\n`;
}

function bar(y, width, colour) {
    const place = `x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT - 3}"`;
    return `<rect ${place} fill="${colour}"/>`;
}

function text(x, y, content, weight) {
    return `<text x="${x.toFixed(1)}" y="${y}" font-weight="${weight}">${content}</text>`;
}
