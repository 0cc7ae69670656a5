// Allocation failures: run.mjs [--jobs N] [--all | --survey]. Runs build/sim/allocations over requests.txt, in parts,
// and then looks whether every function of the core that asks for memory was on the way to an allocation that failed.
// --all leaves no allocation out because memory has been asked for from the same place (call stack) before; --survey
// lets none fail, and tells in a minute which functions the requests do not reach.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { readOptions } from "../../options.mjs";

const PROGRAM = "build/sim/allocations";
// A small process forks in half the time.
const ASAN_OPTIONS = "quarantine_size_mb=1:thread_local_quarantine_size_kb=64:malloc_context_size=4";
const BUF_WRITERS = "reserve|bytes|u8|u16|u32|u64|f64|varint|slice|cstr|format";
const ALLOCATORS = new RegExp(`^(arena_(alloc|calloc|grow|copy|host_alloc)|buf_(${BUF_WRITERS}))$`);
// Functions that no request of the list can lead to a failing allocation, and why.
const PRINTER = "tests alone print trees";
const EXCEPTIONS = new Map([
    ...["tree_print", "print_open", "print_close", "print_path", "print_separator"].map((name) => [name, PRINTER]),
    ["value_append_list", "tests alone make lists of values at hand"],
    ["value_append_map", "tests alone make maps of values at hand"],
    ["write_request_to_json", "a batch leaves an item unwritten only after another failure"],
]);

process.chdir(fileURLToPath(new URL("../../..", import.meta.url)));
const options = readOptions({ jobs: availableParallelism(), all: false, survey: false });
const tail = ["all", "survey"].filter((mode) => options[mode]);
const { jobs } = options;
let passed = 0;
let failed = 0;

if (spawnSync("./build.sh", ["sim"], { stdio: "inherit" }).status !== 0) failed++;
if (!existsSync(PROGRAM)) {
    console.log("SKIP allocation failures: the simulator could not be built here");
    console.log(`0 passed, ${failed} failed, 1 skipped`);
    process.exit(failed > 0 ? 1 : 0);
}
const outputs = await Promise.all(Array.from({ length: jobs }, (_, part) => runPart(part)));
const symbols = functionsOf(PROGRAM);
const seen = new Set();
for (const output of outputs) {
    for (const [, address] of output.matchAll(/^at 0x([0-9a-f]+)$/gm)) {
        seen.add(symbols.nameAt(parseInt(address, 16)));
    }
    passed += [...output.matchAll(/^ *\d+ tries of /gm)].length;
    failed += [...output.matchAll(/^FAILED/gm)].length;
    if (!/^\d+ tries, /m.test(output)) failed++;
}
const callers = callersOfAllocators();
const missing = [...callers].filter((name) => !seen.has(name) && !EXCEPTIONS.has(name)).sort();
console.log(`${callers.size} functions ask for memory; ${missing.length} of them never saw it refused`);
for (const name of missing) console.log(`  ${name}`);
for (const [name, reason] of EXCEPTIONS) console.log(`  excepted: ${name}: ${reason}`);
if (missing.length > 0) failed++;
else passed++;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function runPart(part) {
    return new Promise((resolve) => {
        const args = ["tests/sim/allocations/requests.txt", part, jobs, ...tail].map(String);
        const child = spawn(PROGRAM, args, { env: { ...process.env, ASAN_OPTIONS } });
        let output = "";
        child.stdout.on("data", (data) => {
            output += data;
            process.stdout.write(String(data).replace(/^at 0x.*\n/gm, ""));
        });
        child.stderr.on("data", (data) => process.stderr.write(data));
        child.on("close", () => resolve(output));
    });
}

// The program's functions by address.
function functionsOf(program) {
    const { stdout } = spawnSync("nm", ["-n", program], { encoding: "utf8", maxBuffer: 1 << 28 });
    const lines = [...stdout.matchAll(/^([0-9a-f]+) [tT] (\w+)/gm)];
    const rows = lines.map(([, start, name]) => [parseInt(start, 16), name]);
    const nameAt = (address) => {
        let low = 0;
        for (let high = rows.length; high - low > 1; ) {
            const middle = (low + high) >> 1;
            if (rows[middle][0] < address) low = middle;
            else high = middle;
        }
        return rows[low]?.[1];
    };
    return { nameAt };
}

// Functions compiled from c_src that call an allocator, or a buffer's writer, themselves.
function callersOfAllocators() {
    const found = spawnSync("find", ["build/sim-whole/c_src", "-name", "*.o"], { encoding: "utf8" });
    const objects = found.stdout.trim().split("\n");
    const callers = new Set();
    for (const object of objects) {
        const { stdout } = spawnSync("objdump", ["-dr", object], { encoding: "utf8", maxBuffer: 1 << 28 });
        let name = "";
        for (const line of stdout.split("\n")) {
            const start = /^[0-9a-f]+ <(\w+)[.\w]*>:$/.exec(line);
            if (start !== null) name = start[1];
            const called = /R_X86_64_PLT32\s+(\w+)/.exec(line);
            if (called !== null && ALLOCATORS.test(called[1]) && !/^_sub_|^_GLOBAL/.test(name)) callers.add(name);
        }
    }
    return callers;
}
