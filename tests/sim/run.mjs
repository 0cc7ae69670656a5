// The simulator's part of the tests: run.mjs [--schedules N | --seconds N] [--seed N] [--jobs N] [--no-canaries]. New
// schedules, most of them with the fast program and one chunk in ten with the sanitized one; then every canary until it
// is found. Prints its base seed; docs/testing.md says how to replay one.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { readOptions } from "../options.mjs";

const CHUNK_SCHEDULES = 20;
const SANITIZED_EVERY = 10; // chunks
const CANARY_SECONDS_MAX = 180;
// What a machine that does nothing else must manage; two cores do some twenty.
const QUIET_SCHEDULES_PER_SECOND = 5;
const FAILURES_MAX = 5;
// Two releases side by side (Releases in sim.h): schedules that keep the rule, and some that break it.
const MIXED_EVERY = 5; // chunks
const RELEASES = { one: 0, mixed: 1, wrong: 2 };
const WRONG_SCHEDULES = 5;

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));
const options = readOptions({
    schedules: Infinity, seconds: null, seed: Math.floor(Math.random() * 1e9), jobs: availableParallelism(),
    "no-canaries": false,
});
const { schedules, seed, jobs } = options;
const seconds = options.seconds ?? (schedules < Infinity ? Infinity : 120);

const failed = { schedules: 0, other: 0 };
let passed = 0;
if (spawnSync("./build.sh", ["sim"], { stdio: "inherit" }).status !== 0) failed.other++;
if (!existsSync("build/sim/sim-fast")) {
    console.log("SKIP simulator: it could not be built here");
    console.log(`0 passed, ${failed.other} failed, 1 skipped`);
    process.exit(failed.other > 0 ? 1 : 0);
}
console.log(`base seed ${seed}`);
const isBusy = loadavg()[0] > availableParallelism() / 2; // with what others do, before this begins
await runSchedules();
if (!options["no-canaries"]) {
    await wrongReleases();
    await inParallel(canaries(), findCanary);
}
const failures = failed.schedules + failed.other;
console.log(`${passed} passed, ${failures} failed`);
process.exitCode = failures > 0 ? 1 : 0;

async function runSchedules() {
    const started = performance.now();
    const elapsed = () => (performance.now() - started) / 1000;
    const totals = {};
    await inParallel(chunks(() => elapsed() < seconds && failed.schedules < FAILURES_MAX), async (chunk) => {
        const { stdout, stderr } = await run(chunk.program, [
            "--seed", chunk.seed, "--count", chunk.count, "--failures", FAILURES_MAX, ...chunk.options,
        ]);
        const counts = /^(\d+) passed, (\d+) failed$/m.exec(stdout);
        process.stdout.write(stdout.replace(/^(seeds \d+ to|\d+ passed,|\d+ messages).*\n/gm, ""));
        if (counts === null) return reportDeath(chunk, stderr);
        if (+counts[2] > 0) console.log([" ", chunk.program, ...chunk.options].join(" "));
        passed += +counts[1];
        failed.schedules += +counts[2];
        if (chunk.options.length > 0) checkMixed(chunk, stdout);
        const summary = /^seeds .*$/m.exec(stdout)[0];
        const parts = summary.matchAll(/(\d+) (steps|requests|done|refused|not found|failed)\b/g);
        for (const [, number, name] of parts) {
            totals[name] = (totals[name] ?? 0) + Number(number);
        }
    });
    const done = passed + failed.schedules;
    const rate = (done / elapsed()).toFixed(1);
    console.log(`seeds ${seed} to ${seed + done - 1}: ${done} schedules, ${rate} a second in ${jobs} processes;`);
    console.log(`  ${Object.entries(totals).map(([name, number]) => `${number} ${name}`).join(", ")}`);
    const wanted = Math.min(seconds * QUIET_SCHEDULES_PER_SECOND, schedules);
    if (done >= wanted || failed.schedules > 0) return;
    const verdict = isBusy ? "NOTE, no failure because the machine was busy before" : "FAILED";
    console.log(`${verdict}: ${done} schedules in ${Math.round(elapsed())} s; a quiet machine does ${wanted}`);
    if (!isBusy) failed.other++;
}

function* chunks(goesOn) {
    for (let at = 0; at < schedules && goesOn(); at += CHUNK_SCHEDULES) {
        const number = at / CHUNK_SCHEDULES;
        const isMixed = number % MIXED_EVERY === 1;
        const alone = number % SANITIZED_EVERY === 0 ? "build/sim/sim" : "build/sim/sim-fast";
        yield {
            program: isMixed ? "build/sim/sim-canary" : alone,
            options: isMixed ? ["--releases", RELEASES.mixed] : [],
            seed: seed + at,
            count: Math.min(CHUNK_SCHEDULES, schedules - at),
        };
    }
}

// Releases side by side show nothing unless the next one's messages are really sent.
function checkMixed(chunk, stdout) {
    const read = Number(/^(\d+) messages of the next release read$/m.exec(stdout)?.[1] ?? 0);
    if (read > 0 || chunk.count < CHUNK_SCHEDULES) return; // the last chunk may have drawn none
    failed.other++;
    console.log(`FAILED seed ${chunk.seed}: no message of the next release in ${chunk.count} schedules`);
}

// A program that ended without a result: which of its seeds kills it, as the sanitized one tells.
async function reportDeath(chunk, stderr) {
    failed.schedules++;
    const sanitized = chunk.options.length > 0 ? chunk.program : "build/sim/sim"; // which has one release alone
    console.log(`FAILED ${chunk.program} died in seeds ${chunk.seed} to ${chunk.seed + chunk.count - 1}`);
    for (let at = chunk.seed; at < chunk.seed + chunk.count; at++) {
        const alone = await run(sanitized, [...chunk.options, "--seed", at, "--count", 1, "--no-shrink"]);
        if (/^\d+ passed/m.test(alone.stdout)) continue;
        console.log(`  shortest: --seed ${at} --count 1\n${alone.stderr}`);
        return;
    }
    console.log(`  none of them alone kills ${sanitized}\n${stderr}`);
}

// Releases that write what others cannot read: requests fail, and nothing worse happens.
async function wrongReleases() {
    const { stdout } = await run("build/sim/sim-canary", [
        "--releases", RELEASES.wrong, "--faults", 0, "--seed", seed, "--count", WRONG_SCHEDULES, "--no-shrink",
    ]);
    const refused = Number(/(\d+) failed;/.exec(stdout)?.[1] ?? 0);
    const isClean = refused > 0 && stdout.includes(`${WRONG_SCHEDULES} passed, 0 failed`);
    if (isClean) passed++;
    else failed.other++;
    console.log(`releases that break the rule: ${isClean ? `${refused} clean errors` : `FAILED\n${stdout}`}`);
}

async function findCanary([number, name]) {
    const args = ["--canary", number, "--seed", seed, "--seconds", CANARY_SECONDS_MAX, "--no-shrink", "--failures", 1];
    if (name === "reads any version") args.push("--releases", RELEASES.wrong);
    const { stdout } = await run("build/sim/sim-canary", args);
    const found = /^FAILED (seed .*)$/m.exec(stdout);
    if (found === null) failed.other++;
    else passed++;
    console.log(`canary ${number}, ${name}: ${found === null ? "NOT FOUND" : `found by ${found[1]}`}`);
}

// [number, name] of each, as the header counts them.
function canaries() {
    const header = readFileSync("c_src/base/canary.h", "utf8");
    const names = [...header.matchAll(/^ {4}CANARY_(\w+)(?: = 1)?,/gm)].map((match) => match[1]);
    const words = names.filter((name) => name !== "COUNT").map((name) => name.toLowerCase().replaceAll("_", " "));
    return words.map((name, index) => [index + 1, name]);
}

// Does each of `all`, as many at a time as there are jobs.
async function inParallel(all, work) {
    const queue = all[Symbol.iterator]();
    const worker = async () => {
        for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value);
    };
    await Promise.all(Array.from({ length: jobs }, worker));
}

// What a program prints, however it ends.
function run(program, args) {
    return new Promise((resolve, reject) => {
        const child = spawn(program, args.map(String), { stdio: ["ignore", "pipe", "pipe"] });
        const output = { stdout: "", stderr: "" };
        child.stdout.on("data", (data) => (output.stdout += data));
        child.stderr.on("data", (data) => (output.stderr += data));
        child.on("error", reject);
        child.on("close", () => resolve(output));
    });
}
