// A copy of this project's tree whose Worker counts nothing, and writes 0 where the host's checksum of a reply stood:
// beside the tree itself it shows what those cost. What the core does alone, the checksum of a reply below 2 KB, stays.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as metrics from "../worker/metrics.js";
import { ROOT, memoryFolder } from "./folders.mjs";

// Of worker/metrics.js, function by function.
const NO_METRICS = {
    answerMetrics: "() => null",
    exceptionOf: "() => null",
    objectMetrics: "() => NONE",
    operationOf: '() => ""',
    requestEnded: "() => {}",
    requestStarted: "() => Date.now()", // requests have a deadline, counted or not
};
const NONE = "const NONE = { enter() {}, leave() {}, step() {}, samplesWrite: () => false };\n";
const CHECKSUM = "crc32(this.bytes(address, length))";

// { root, remove }
export function strippedTree() {
    const known = Object.keys(NO_METRICS).join();
    if (Object.keys(metrics).sort().join() !== known) throw new Error(`worker/metrics.js no longer exports ${known}`);
    const root = mkdtempSync(join(memoryFolder(), "bench-stripped-"));
    for (const name of ["local", "worker", "build/shvm.wasm", "wrangler.toml", "package.json"]) {
        mkdirSync(join(root, name, ".."), { recursive: true });
        cpSync(join(ROOT, name), join(root, name), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
    const exported = Object.entries(NO_METRICS).map(([name, code]) => `export const ${name} = ${code};\n`);
    writeFileSync(join(root, "worker/metrics.js"), NONE + exported.join(""));
    replace(join(root, "worker/core.js"), CHECKSUM, "0");
    return { root, remove: () => rmSync(root, { recursive: true }) };
}

function replace(file, from, to) {
    const text = readFileSync(file, "utf8");
    if (text.split(from).length !== 2) throw new Error(`${file} should hold ${from} once`);
    writeFileSync(file, text.replace(from, to));
}
