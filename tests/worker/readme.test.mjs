// README's figures are those that the benches left (bench/readme.mjs).
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { README_NAME, leftBy, withFigures } from "../../bench/readme.mjs";

const marked = (name, content) => `<!-- figures: ${name} -->\n${content}<!-- end of figures -->`;
const BEFORE = `# Title\n\n${marked("growth-items", "| old |\n")}\n\nText.\n\n${marked("ycsb", "kept\n")}\n`;
const GROWTH = {
    conditions: { title: "Items", x: "items" },
    points: [
        { size: 1000, runs: { put: { cpu: 400.4 } } },
        { size: 10_000, runs: { put: { cpu: 450 } } },
        { size: 1_000_000, runs: { put: { cpu: 1234.5 } } },
    ],
};

test("a section whose bench left results is written anew, and only that", () => {
    const after = withFigures(BEFORE, (bench) => bench === "growth-items" ? GROWTH : null);
    const table = "| Items | 1,000 items | 1,000,000 items |\n| --- | ---: | ---: |\n| PutItem | 400 µs | 1,235 µs |\n";
    assert.equal(after, BEFORE.replace("| old |\n", table));
    assert.equal(withFigures(after, (bench) => bench === "growth-items" ? GROWTH : null), after);
});

test("marks that are no pair, or name no section, are errors", () => {
    const none = () => null;
    assert.throws(() => withFigures(BEFORE.replace("<!-- end of figures -->", ""), none), /has no other end/);
    assert.throws(() => withFigures(`${BEFORE}<!-- figures: ycsb -->\n`, none), /has no other end/);
    assert.throws(() => withFigures(BEFORE.replace("ycsb", "ycbs"), none), /called ycbs/);
});

test("README shows what its benches left, and plots that are there", () => {
    const root = new URL("../../", import.meta.url);
    const text = readFileSync(new URL("README.md", root), "utf8");
    assert.equal(withFigures(text, leftBy(README_NAME)), text);
    const plots = [...text.matchAll(/\]\((bench\/results\/[^)]+)\)/g)].map(([, path]) => path);
    assert.deepEqual(plots.filter((path) => !existsSync(new URL(path, root))), []);
});
