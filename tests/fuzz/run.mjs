// Fuzzers, two at a time: node tests/fuzz/run.mjs [--seconds 60] [--jobs 2] [NAME…]
// Each must first find the bug planted for it (its canary) within minutes; then it searches that long. What it
// found worth keeping stays in build/fuzz/corpus/NAME for the next run, and an input that broke something in
// build/fuzz/broken. At the end: which share of the lines of c_src/expr and c_src/data all fuzzers together reached.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { fuzzCompiler } from "../../local/tools/compilers.mjs";
import { readOptions } from "../options.mjs";

const LINES_PERCENT_MIN = 90;
const MEASURED_FOLDERS = ["c_src/data", "c_src/expr"];
const CANARY_SECONDS_MAX = 180;
const INPUT_SECONDS_MAX = 10;
const FUZZ = "build/fuzz";

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));
const { seconds, jobs, positionals } = readOptions({ seconds: 60, jobs: 2 }, { allowPositionals: true });
let executionsTotal = 0;
const counts = { passed: 0, failed: 0, skipped: 0 };
const check = (holds, text) => {
    counts[holds ? "passed" : "failed"]++;
    console.log(`${holds ? "ok    " : "FAILED"} ${text}`);
};
const skip = (text) => {
    counts.skipped++;
    console.log(`SKIP ${text}`);
};

await main();
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = counts.failed > 0 ? 1 : 0;

async function main() {
    const compiler = fuzzCompiler();
    const built = spawnSync("./build.sh", ["fuzz"], { stdio: "inherit" }); // says what is missing
    if (built.status !== 0) return check(false, "./build.sh fuzz");
    if (compiler === null) return void counts.skipped++;
    const names = chosenFuzzers();
    mkdirSync(`${FUZZ}/broken`, { recursive: true });
    await inParallel(names, findCanary);
    await inParallel(names, search);
    console.log(`${executionsTotal} executions in all`);
    measure(compiler, names);
}

function chosenFuzzers() {
    const all = readdirSync("tests/fuzz").filter((file) => file.endsWith("_fuzz.c")).map((file) => file.slice(0, -7));
    const unknown = positionals.filter((name) => !all.includes(name));
    if (unknown.length > 0) throw new Error(`no fuzzer ${unknown.join(", ")}; there are ${all.join(", ")}`);
    return positionals.length > 0 ? positionals : all;
}

async function inParallel(names, work) {
    const queue = [...names];
    const lane = async () => {
        for (let name; (name = queue.shift()); ) await work(name);
    };
    await Promise.all(Array.from({ length: jobs }, lane));
}

// A search that knows the seeds alone: what an earlier run kept may have been shaped by the bug.
async function findCanary(name) {
    const folder = `${FUZZ}/canary/${name}`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const { code, output, took } = await run(`${FUZZ}/${name}.canary`, [
        ...limits(CANARY_SECONDS_MAX), `-artifact_prefix=${folder}/`, folder, ...seeds(name),
    ]);
    const found = code !== 0 && readdirSync(folder).some((file) => /^(crash|timeout|oom)-/.test(file));
    check(found, `${name}: its canary is found (${took} s, ${executions(output)} executions)`);
}

async function search(name) {
    const corpus = `${FUZZ}/corpus/${name}`;
    mkdirSync(corpus, { recursive: true });
    const prefix = `${FUZZ}/broken/${name}-`;
    const { code, output, took } = await run(`${FUZZ}/${name}`, [
        ...limits(seconds), `-artifact_prefix=${prefix}`, corpus, ...seeds(name),
    ]);
    executionsTotal += executions(output);
    check(code === 0, `${name}: ${executions(output)} executions in ${took} s, nothing found`);
    if (code !== 0) console.log(output.slice(-6000));
}

function limits(secondsMax) {
    return [`-max_total_time=${secondsMax}`, `-timeout=${INPUT_SECONDS_MAX}`, "-print_final_stats=1"];
}

function seeds(name) {
    return [`tests/fuzz/corpus/${name}`].filter(existsSync);
}

// A run that breaks prints no final statistics: then the last line of progress says how far it came.
function executions(output) {
    const final = /^stat::number_of_executed_units: (\d+)/m.exec(output);
    return Number(final?.[1] ?? [...output.matchAll(/^#(\d+)\s/gm)].pop()?.[1] ?? 0);
}

async function run(command, args, env = {}) {
    const started = Date.now();
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (chunk) => (output = (output + chunk).slice(-100_000)));
    }
    const code = await new Promise((resolve) => {
        child.on("error", () => resolve(-1));
        child.on("close", resolve);
    });
    return { code, output, took: Math.round((Date.now() - started) / 1000) };
}

// Every input of every corpus once more, in programs that count lines.
function measure(compiler, names) {
    const cov = compiler.tool("llvm-cov");
    const profdata = compiler.tool("llvm-profdata");
    if ([cov, profdata].some((tool) => spawnSync(tool, ["--help"]).error)) {
        return skip("line coverage: llvm-cov and llvm-profdata are not installed");
    }
    const profiles = names.map((name) => {
        const profile = `${FUZZ}/${name}.profraw`;
        const corpora = [`${FUZZ}/corpus/${name}`, ...seeds(name)];
        const env = { ...process.env, LLVM_PROFILE_FILE: profile };
        const replayed = spawnSync(`${FUZZ}/${name}.coverage`, ["-runs=0", ...corpora], { env, stdio: "ignore" });
        if (replayed.status !== 0) check(false, `${name}: its corpus runs through without sanitizers`);
        return profile;
    }).filter(existsSync);
    spawnSync(profdata, ["merge", "-o", `${FUZZ}/all.profdata`, ...profiles], { stdio: "inherit" });
    const objects = names.flatMap((name) => ["-object", `${FUZZ}/${name}.coverage`]).slice(1);
    const exported = spawnSync(
        cov, ["export", "-summary-only", `-instr-profile=${FUZZ}/all.profdata`, ...objects, ...MEASURED_FOLDERS],
        { encoding: "utf8", maxBuffer: 1 << 28 },
    );
    const files = JSON.parse(exported.stdout).data[0].files;
    const totals = { count: 0, covered: 0 };
    for (const { filename, summary } of files.sort((a, b) => a.summary.lines.percent - b.summary.lines.percent)) {
        const { count, covered } = summary.lines;
        totals.count += count;
        totals.covered += covered;
        if (covered * 100 < LINES_PERCENT_MIN * count) {
            console.log(`       ${relative(".", filename)}: ${covered} of ${count} lines`);
        }
    }
    const percent = totals.count === 0 ? 0 : (totals.covered * 100) / totals.count;
    const text = `${percent.toFixed(1)} % of ${totals.count} lines of ${MEASURED_FOLDERS.join(" and ")} reached`;
    if (positionals.length > 0) console.log(`       ${text}, by these fuzzers alone`);
    else check(percent >= LINES_PERCENT_MIN, `${text} (at least ${LINES_PERCENT_MIN} %)`);
}
