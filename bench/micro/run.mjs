// Micro benchmarks of the core in Wasm: local/tools/with_node bench/micro/run.mjs [WORD…] runs those whose names hold
// all words. Every *_bench.c beside this file goes into one module; each row says what one round of an exported
// function is and how long it may take. Prints median and best of several runs; exits 1 where a limit or an answer is
// missed.
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { wasmCompiler } from "../../local/tools/compilers.mjs";

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));

// [what one round is, exported function, microseconds it may take or null]
const BENCHES = [
    ["JSON of 1 KB checked and read into an item", "bench_item_from_json", 10],
    ["an item of 1 KB of JSON written", "bench_item_to_json", 4],
    ["filter n > :n AND begins_with(s, :p), an item of 300 bytes", "bench_filter", 0.5],
    ["SHA-256 of 1 KB", "bench_sha256", null],
    ["SET a.b[3].c = :v, an item of 100 KB", "bench_nested_set", 300],
    ["SET a.b[3].c = :v with UPDATED_NEW, an item of 100 KB", "bench_nested_set_updated_new", 300],
    ["projection of a.b[3].c and one more, an item of 100 KB", "bench_nested_projection", null],
    ["filter of 300 searches that nearly match, an item of 400 KB", "bench_worst_filter", null],
];

const RUNS = 7;
const RUN_MILLISECONDS = 300;
// As the module ships: local/tools/build.mjs.
const CJSON = ".cache/cJSON-1.7.19";
const COMPILE_FLAGS = [
    "-std=c11", "-Ic_src", `-I${CJSON}`, "-O2", "-msimd128", "-fvisibility=hidden", "-ffunction-sections",
    "-fdata-sections",
];
const LINK_FLAGS = [
    "-nostartfiles", "-mexec-model=reactor", "-O2", "-Wl,--no-entry", "-Wl,--stack-first",
    "-Wl,-z,stack-size=524288",
];

const words = process.argv.slice(2);
const holds = (name, word) => name.toLowerCase().includes(word.toLowerCase());
const chosen = BENCHES.filter(([name]) => words.every((word) => holds(name, word)));
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(await build())), {});
let missed = 0;
for (const [name, run, limit] of chosen) report(name, limit, measure(exports[run]));
process.exitCode = missed > 0 ? 1 : 0;

async function build() {
    const compiler = wasmCompiler(["c_src", CJSON, "local/tools", "bench/micro"]);
    const isC = (name) => name.endsWith(".c");
    const cFiles = (folder) => readdirSync(folder).filter(isC).map((name) => join(folder, name));
    const object = (source) => join("build/bench", source.replace(/^\.cache\//, "").replace(/\.c$/, ".o"));
    const benches = cFiles("bench/micro");
    const library = ["c_src/base", "c_src/data", "c_src/expr"].flatMap(cFiles);
    const job = (source, ...more) => ({ source, object: object(source), args: [...COMPILE_FLAGS, ...more] });
    const jobs = [...library, ...benches].map((source) => job(source));
    const cjson = `${CJSON}/cJSON.c`;
    if (existsSync(cjson)) {
        jobs.push(job(cjson, "-include", "local/tools/cjson_libc.h"));
        library.push(cjson);
    }
    await compiler.compile(jobs, () => {});
    const inputs = [...benches.map(object), "-Wl,--start-lib", ...library.map(object), "-Wl,--end-lib"];
    mkdirSync("build/bench", { recursive: true });
    await compiler.link(LINK_FLAGS, inputs, "build/bench/micro.wasm");
    return "build/bench/micro.wasm";
}

// Microseconds a round, sorted, of this thread. A count of rounds is found first that takes long enough to measure.
function measure(run) {
    let rounds = 1;
    let elapsed = timed(run, rounds);
    while (elapsed < RUN_MILLISECONDS && rounds < 1e9) {
        rounds = Math.ceil(rounds * Math.min(10, 1.2 * RUN_MILLISECONDS / Math.max(elapsed, 0.01)));
        elapsed = timed(run, rounds);
    }
    return Array.from({ length: RUNS }, () => timed(run, rounds) * 1000 / rounds).sort((a, b) => a - b);
}

// Processor time, not the clock's: what else the machine does hardly counts then.
function timed(run, rounds) {
    const started = process.threadCpuUsage();
    const right = run(rounds) >>> 0;
    const { user, system } = process.threadCpuUsage(started);
    const elapsed = (user + system) / 1000;
    if (right !== rounds) throw new Error(`${run.name}: ${rounds - right} of ${rounds} answers are wrong`);
    return elapsed;
}

function report(name, limit, times) {
    const median = times[times.length >> 1];
    const verdict = limit === null ? "" : median <= limit ? `  within ${limit} µs` : `  OVER ${limit} µs`;
    if (limit !== null && median > limit) missed++;
    const shown = [median, times[0]].map((time) => time.toPrecision(3).padStart(8)).join("  best");
    console.log(`${shown} µs  ${name}${verdict}`);
}
