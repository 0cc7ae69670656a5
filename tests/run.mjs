// npm test: every suite, one after another, each timed. `npm test -- NAME…` runs only the suites named.
// A suite is one or more commands; what each counts is read from its closing line and summed up in the last one.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const SUITES = {
    tidy: () => [[process.execPath, "tests/tidy.mjs"]],
    native: nativeUnits,
    wasm: wasmUnits,
    worker: () => [
        ["./build.sh"],
        ...testFiles("tests/worker").map((file) => [process.execPath, "--test", "--test-timeout=240000", file]),
    ],
};

const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of chosenSuites()) {
    const started = Date.now();
    console.log(`--- ${name}`);
    for (const command of SUITES[name]()) add(await runCounted(command));
    console.log(`--- ${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function chosenSuites() {
    const names = process.argv.slice(2);
    const unknown = names.filter((name) => !(name in SUITES));
    if (unknown.length > 0) {
        console.error(`no suite ${unknown.join(", ")}; there are ${Object.keys(SUITES).join(", ")}`);
        process.exit(2);
    }
    return names.length > 0 ? names : Object.keys(SUITES);
}

function nativeUnits() {
    const compiler = process.env.CC || "cc";
    if (spawnSync(compiler, ["--version"]).status !== 0) {
        console.log(`SKIP native units: no C compiler (${compiler}) here; the wasm suite runs the same tests`);
        total.skipped++;
        return [];
    }
    build("native");
    return programs("build/native/tests", "").map((path) => [path]);
}

function wasmUnits() {
    build("wasm-tests");
    return programs("build/wasm-tests", ".wasm").map((path) => [process.execPath, "tests/wasm_unit.mjs", path]);
}

// The programs of today's sources, as far as they could be built.
function programs(folder, suffix) {
    return readdirSync("tests/c", { recursive: true })
        .filter((path) => path.endsWith("_test.c"))
        .map((path) => join(folder, path.split("/").pop().replace(/\.c$/, suffix)))
        .filter(existsSync)
        .sort();
}

function testFiles(folder) {
    return readdirSync(folder).filter((name) => name.endsWith(".test.mjs")).sort().map((name) => join(folder, name));
}

// A build that fails counts as one failure; what it could build is run all the same.
function build(target) {
    if (spawnSync("./build.sh", [target], { stdio: "inherit" }).status !== 0) total.failed++;
}

// Runs a command, lets its output through, and reads the counts from its closing lines. A command that fails without
// a count, or whose count hides that it failed, counts as one failure.
async function runCounted([command, ...args]) {
    let output = "";
    process.stdout.write(`${basename(args.at(-1) ?? command)}: `);
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.on("data", (chunk) => {
        process.stdout.write(chunk);
        output = (output + chunk).slice(-4000);
    });
    const code = await new Promise((resolve) => {
        child.on("error", () => resolve(-1));
        child.on("close", resolve);
    });
    const counts = readCounts(output);
    if (code !== 0 && counts.failed === 0) {
        console.log(`FAILED ${[command, ...args].join(" ")}: exit code ${code}`);
        counts.failed = 1;
    }
    return counts;
}

function readCounts(output) {
    const plain = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].pop();
    if (plain) return { passed: +plain[1], failed: +plain[2], skipped: +(plain[3] ?? 0) };
    const number = (name) => +([...output.matchAll(new RegExp(`^(?:#|ℹ) ${name} (\\d+)$`, "gm"))].pop()?.[1] ?? 0);
    return { passed: number("pass"), failed: number("fail") + number("cancelled"), skipped: number("skipped") };
}

function add(counts) {
    for (const name of Object.keys(total)) total[name] += counts[name];
}
