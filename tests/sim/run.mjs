// The simulator's part of the tests: run.mjs [--seconds N] [--seed N]. New schedules for most of the time, then every
// canary until it is found. Prints its base seed; docs/testing.md says how to replay one.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CANARY_SECONDS_MAX = 120;

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));
const option = (name, fallback) => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const seconds = option("seconds", 120);
const seed = option("seed", Math.floor(Math.random() * 1e9));
let passed = 0;
let failed = 0;

if (spawnSync("./build.sh", ["sim"], { stdio: "inherit" }).status !== 0) failed++;
if (!existsSync("build/sim/sim")) {
    console.log("SKIP simulator: it could not be built here");
    console.log(`0 passed, ${failed} failed, 1 skipped`);
    process.exit(failed > 0 ? 1 : 0);
}

console.log(`base seed ${seed}`);
const run = (program, args) => spawnSync(program, args.map(String), { encoding: "utf8", maxBuffer: 1 << 28 });
const schedules = run("build/sim/sim", ["--seed", seed, "--seconds", seconds]);
process.stdout.write(schedules.stdout.replace(/^\d+ passed, \d+ failed\n/m, ""));
process.stderr.write(schedules.stderr);
const counts = /^(\d+) passed, (\d+) failed$/m.exec(schedules.stdout);
passed += counts === null ? 0 : +counts[1];
failed += counts === null ? 1 : +counts[2];

for (const [number, name] of canaries()) {
    const args = ["--canary", number, "--seed", seed, "--seconds", CANARY_SECONDS_MAX, "--no-shrink", "--failures", 1];
    const { stdout, stderr } = run("build/sim/sim-canary", args);
    const found = /^FAILED seed .*$/m.exec(stdout) ?? /^.*(runtime error|AddressSanitizer).*$/m.exec(stderr);
    if (found === null) failed++;
    else passed++;
    const how = found === null ? "NOT FOUND" : `found by ${found[0].replace("FAILED ", "")}`;
    console.log(`canary ${number}, ${name}: ${how}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

// [number, name] of each, as the header counts them.
function canaries() {
    const header = readFileSync("c_src/base/canary.h", "utf8");
    const names = [...header.matchAll(/^ {4}CANARY_(\w+)(?: = 1)?,/gm)].map((match) => match[1]);
    const words = names.filter((name) => name !== "COUNT").map((name) => name.toLowerCase().replaceAll("_", " "));
    return words.map((name, index) => [index + 1, name]);
}
