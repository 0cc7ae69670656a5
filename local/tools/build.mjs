// What build.sh runs: build.mjs wasm | native | sim | wasm-tests | fuzz. Sources are found by
// looking, in sorted order, so a new module needs no line here. What each target is made of stands in its function; the
// flags stand together below.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { BuildError, dependencyFile, fuzzCompiler, nativeCompiler, run, wasmCompiler } from "./compilers.mjs";
import { Ledger, parseDependencies } from "./incremental.mjs";

const CJSON = ".cache/cJSON-1.7.19";
const CJSON_LIBC = "local/tools/cjson_libc.h";
const MEMORY_BYTES_MAX = 48 * 1024 * 1024;
const STACK_BYTES = 512 * 1024;
// What c_src/abi/abi.h promises the host.
const EXPORTS = [
    "memory", "_initialize", "abi_version", "core_new", "core_input", "core_step", "core_output", "core_reset",
    "core_scratch", "sql_text",
];

const COMMON_FLAGS = ["-std=c11", "-Ic_src", "-Itests/c", `-I${CJSON}`];
const WARNING_FLAGS = [
    "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wvla", "-Wstrict-prototypes", "-Wmissing-prototypes",
    // Names of exactly four bytes are data, not C strings; older compilers know neither warning nor option.
    "-Wno-unknown-warning-option", "-Wno-unterminated-string-initialization",
];
// The ABI: a struct such as Slice is passed as its members instead of through memory (a twentieth of the module, up to
// a tenth of an expression's time). Returned that way too they save as much again, but then this clang crashes
// on some sources. libc keeps the usual ABI, which is the same where no struct is passed.
const WASM_FLAGS = [
    ...COMMON_FLAGS, "-msimd128", "-fvisibility=hidden", "-ffunction-sections", "-fdata-sections",
    "-Xclang", "-target-abi", "-Xclang", "experimental-mv", "-mno-multivalue",
];
// What runs for every item, row or byte is built for speed; the rest, which runs once a request at most, for size.
const HOT_SOURCES = [
    /^c_src\/(base|data|store|core)\//,
    /^c_src\/expr\/(charge|condition_evaluate|functions|operand|projection_apply|tree|update_apply)\.c$/,
    /^c_src\/msg\/(capacity|command|effect|envelope|http_head|result|sigv4)\.c$/,
    /^c_src\/op\/(\w+_execute|index_entry|index_write)\.c$/,
    /\/cJSON\.c$/,
];
const wasmFlags = (source) => [...WASM_FLAGS, HOT_SOURCES.some((hot) => hot.test(source)) ? "-O2" : "-Oz"];
const MODULE_BYTES_MAX = 420_000; // a budget, not a limit of the platform: docs/performance.md
// Faults on: every arena allocation is a malloc of its own, so that the sanitizer sees its bounds and tests can make
// it fail. The Wasm build of the same tests runs the arena as it ships.
const NATIVE_FLAGS = [
    ...COMMON_FLAGS, "-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all", "-DSHVM_TEST_FAULTS",
];
const NATIVE_WARNING_FLAGS = ["-Wconversion", "-Wno-sign-conversion"];
// For campaigns of the simulator: the same faults and the same schedules, five times as fast. At this level gcc takes
// what is set in a function that succeeded for what may never be set.
const FAST_FLAGS = [...COMMON_FLAGS, "-O2", "-g", "-DSHVM_TEST_FAULTS"];
const FAST_WARNING_FLAGS = ["-Wno-maybe-uninitialized"];
// Fuzzers: the sanitizers for those that search, line counts for those that measure what the search reached.
const FUZZ_FLAGS = [
    ...COMMON_FLAGS, "-Itests", "-O1", "-g", "-fno-omit-frame-pointer", "-fno-sanitize-recover=all",
    "-DSHVM_TEST_FAULTS",
];
const FUZZ_SEARCH_FLAGS = ["-fsanitize=address,undefined"];
const FUZZ_COVERAGE_FLAGS = ["-fprofile-instr-generate", "-fcoverage-mapping"];
const WASM_LINK_FLAGS = [
    "-mexec-model=reactor", "-O2", "-Wl,--stack-first",
    `-Wl,-z,stack-size=${STACK_BYTES}`, `-Wl,--max-memory=${MEMORY_BYTES_MAX}`, "-Wl,--strip-debug",
    "-Wl,--fatal-warnings", // a function of two signatures is only a warning, and traps when it is called
];
const WASM_TEST_LINK_FLAGS = [...WASM_LINK_FLAGS, "-Wl,--export=test_main"];

async function buildWasm(compiler, ledger) {
    const { objects, error } = await compileSources(compiler, ledger, "build/wasm", coreSources(), wasmFlags);
    if (error !== null) throw error;
    const named = "build/shvm.names.wasm"; // for profiles
    await link(compiler, ledger, WASM_LINK_FLAGS, [...objects.values()], named);
    const bytes = withoutCustomSections(readFileSync(named));
    const module = "build/shvm.wasm";
    writeFileSync(module, bytes);
    checkBoundary(module);
    console.log(`${module}: ${bytes.length} bytes (${gzipSync(bytes, { level: 9 }).length} compressed)`);
    if (bytes.length > MODULE_BYTES_MAX) {
        throw new BuildError(`${module} is over MODULE_BYTES_MAX in local/tools/build.mjs, ${MODULE_BYTES_MAX} bytes`);
    }
}

// Names of functions and of tools are a twentieth of a module, and nothing that runs needs them.
function withoutCustomSections(module) {
    const kept = [module.subarray(0, 8)];
    for (let at = 8; at < module.length; ) {
        const start = at++;
        let size = 0;
        for (let shift = 0, more = true; more; shift += 7) {
            more = module[at] >= 128;
            size += (module[at++] & 127) * 2 ** shift;
        }
        at += size;
        if (module[start] !== 0) kept.push(module.subarray(start, at));
    }
    return Buffer.concat(kept);
}

async function buildNative(compiler, ledger) {
    const compile = (sources) => compileSources(
        compiler, ledger, "build/native", sources, () => NATIVE_FLAGS, [...WARNING_FLAGS, ...NATIVE_WARNING_FLAGS],
    );
    const asLibrary = async (objects) => {
        await archive(ledger, objects, "build/native/libshvm.a");
        return "build/native/libshvm.a";
    };
    const pathOf = (source) => join("build/native/tests", basename(source, ".c"));
    const linkProgram = (object, library, path) =>
        link(compiler, ledger, NATIVE_FLAGS, [object, library, "-lm"], path);
    await buildPrograms({ compile, asLibrary, linkProgram, pathOf });
}

// The simulator over the native core, sanitized and fast, and a third one whose core has the canaries of
// c_src/base/canary.h and the next release of c_src/msg/release.h: only the files that name one are compiled again.
async function buildSimulator(compiler, ledger) {
    const flags = [...NATIVE_FLAGS, "-Itests/sim"];
    const fastFlags = [...FAST_FLAGS, "-Itests/sim"];
    const warnings = [...WARNING_FLAGS, ...NATIVE_WARNING_FLAGS];
    if (!hasHeader("sqlite3.h")) {
        console.log("SKIP simulator: no sqlite3.h here (Debian: libsqlite3-dev)");
        return;
    }
    const compile = async (folder, sources, allFlags) => {
        const wanted = allFlags.includes("-O2") ? [...warnings, ...FAST_WARNING_FLAGS] : warnings;
        const { objects, error } = await compileSources(compiler, ledger, folder, sources, () => allFlags, wanted);
        if (error !== null) throw error;
        return objects;
    };
    const linkSimulator = async (objects, allFlags, path) => {
        await link(compiler, ledger, allFlags, [...objects.values(), "-lsqlite3", "-lm"], path);
        console.log(path);
    };
    const core = coreSources().filter((path) => !path.startsWith("c_src/abi/"));
    const direct = "tests/sim/direct.c";
    const simulator = readdirSync("tests/sim").filter((name) => name.endsWith(".c")).sort()
        .map((name) => join("tests/sim", name)).filter((path) => path !== direct);
    const plain = new Map([
        ...(await compile("build/native", core, NATIVE_FLAGS)),
        ...(await compile("build/sim", simulator, flags)),
    ]);
    await linkSimulator(plain, flags, "build/sim/sim");
    const fast = await compile("build/sim-fast", [...core, ...simulator], fastFlags);
    await linkSimulator(fast, fastFlags, "build/sim/sim-fast");
    const plants = /"(base\/canary|msg\/release)\.h"/;
    const canaried = [...core, ...simulator].filter((path) => plants.test(readFileSync(path, "utf8")));
    const canaryFlags = [...fastFlags, "-DSHVM_CANARY_SIM", "-DSHVM_NEXT_RELEASE"];
    const planted = await compile("build/sim-canary", canaried, canaryFlags);
    await linkSimulator(new Map([...fast, ...planted]), fastFlags, "build/sim/sim-canary");
    // Every function of the core as it is written, so that one can tell which has seen an allocation fail.
    const whole = [...flags, "-fno-inline", "-fno-optimize-sibling-calls", "-no-pie", "-DSHVM_TEST_FAULTY_WRITES"];
    const tried = [...core, "tests/sim/host.c", "tests/sim/host_kept.c", "tests/sim/host_sql.c",
        "tests/sim/reply_check.c", direct, ...findC("tests/sim/allocations")];
    await linkSimulator(await compile("build/sim-whole", tried, whole), whole, "build/sim/allocations");
    if (!hasHeader("microhttpd.h")) {
        console.log("SKIP sanitized server: no microhttpd.h here (Debian: libmicrohttpd-dev)");
        return;
    }
    const server = await compile("build/sim", [direct, ...findC("tests/sim/server")], flags);
    const host = [...plain].filter(([source]) => !source.startsWith("tests/sim/") || source.includes("/host"));
    const parts = [...server.values(), ...host.map(([, object]) => object)];
    await link(compiler, ledger, flags, [...parts, "-lsqlite3", "-lmicrohttpd", "-lm"], "build/sim/server");
    console.log("build/sim/server");
}

async function buildWasmTests(compiler, ledger) {
    const compile = (sources) => compileSources(compiler, ledger, "build/wasm", sources, wasmFlags);
    const asLibrary = (objects) => ["-Wl,--start-lib", ...objects, "-Wl,--end-lib"];
    const pathOf = (source) => join("build/wasm-tests", basename(source, ".c") + ".wasm");
    const linkProgram = (object, library, path) =>
        link(compiler, ledger, WASM_TEST_LINK_FLAGS, [object, ...library], path);
    await buildPrograms({ compile, asLibrary, linkProgram, pathOf });
}

// Each tests/fuzz/NAME_fuzz.c three times: build/fuzz/NAME searches, NAME.canary searches with a bug planted for it
// (-DSHVM_CANARY_<NAME>), and NAME.coverage counts the lines that inputs reach.
async function buildFuzzers(compiler, ledger) {
    if (compiler === null) {
        console.log("SKIP fuzzers: no clang with libFuzzer here (Debian: clang and libclang-rt-dev of its version)");
        return;
    }
    const programs = findC("tests/fuzz").filter((path) => path.endsWith("_fuzz.c"));
    const core = coreSources().filter((path) => !path.startsWith("c_src/abi/"));
    const search = [...FUZZ_FLAGS, ...FUZZ_SEARCH_FLAGS];
    const variant = async (name, flags) => {
        const compile = async (sources, folder, more = []) => {
            const flagsOf = () => [...flags, "-fsanitize=fuzzer-no-link", ...more];
            const { objects, error } = await compileSources(compiler, ledger, folder, sources, flagsOf, []);
            if (error !== null) throw error;
            return [...objects.values()];
        };
        const library = `build/fuzz/${name}/libshvm.a`;
        await archive(ledger, await compile(core, `build/fuzz/${name}`), library);
        // What stands before the library takes the place of the same source in it.
        const program = (objects, path) =>
            link(compiler, ledger, [...flags, "-fsanitize=fuzzer"], [...objects, library, "-lm"], path);
        return { compile, program };
    };
    const searching = await variant("search", search);
    const covering = await variant("coverage", [...FUZZ_FLAGS, ...FUZZ_COVERAGE_FLAGS]);
    for (const source of programs) {
        const name = basename(source, "_fuzz.c");
        const canary = `SHVM_CANARY_${name.toUpperCase()}`;
        const planted = core.filter((path) => readFileSync(path, "utf8").includes(canary));
        if (planted.length === 0) throw new BuildError(`${source} has no canary: nothing in c_src names ${canary}`);
        const harness = await searching.compile([source], "build/fuzz/search");
        const bugs = await searching.compile(planted, `build/fuzz/${name}_canary`, [`-D${canary}`]);
        await searching.program(harness, `build/fuzz/${name}`);
        await searching.program([...harness, ...bugs], `build/fuzz/${name}.canary`);
        await covering.program(await covering.compile([source], "build/fuzz/coverage"), `build/fuzz/${name}.coverage`);
    }
    console.log(`${programs.length} fuzzers in build/fuzz (${compiler.name})`);
}

// Each *_test.c under tests/c with what it needs of the core and of tests/c/support. One file that does not compile
// does not keep the others from being built, so that a change can be tested while another is under way; the build has
// failed all the same, and no old program is left in the place of one that could not be made.
async function buildPrograms({ compile, asLibrary, linkProgram, pathOf }) {
    const all = existsSync("tests/c") ? findC("tests/c") : [];
    const programs = all.filter((path) => path.endsWith("_test.c"));
    const support = all.filter((path) => path.startsWith("tests/c/support/"));
    const core = coreSources().filter((path) => !path.startsWith("c_src/abi/")); // abi is for Wasm alone
    const helpers = await compile([...core, ...support]);
    const tests = await compile(programs);
    const library = await asLibrary([...helpers.objects.values()]);
    let error = helpers.error ?? tests.error;
    for (const source of programs) {
        try {
            const object = tests.objects.get(source);
            if (object === undefined) throw new BuildError(`${source} did not compile`);
            await linkProgram(object, library, pathOf(source));
        } catch (failure) {
            if (!(failure instanceof BuildError)) throw failure;
            error = failure;
            rmSync(pathOf(source), { force: true });
        }
    }
    if (error !== null) throw error;
    console.log(`${programs.length} test programs in ${dirname(pathOf(programs[0]))}`);
}

// Whether the native compiler finds a library's header.
function hasHeader(name) {
    const compiler = process.env.CC || "cc";
    const input = `#include <${name}>\n`;
    return spawnSync(compiler, ["-E", "-x", "c", "-"], { input, stdio: ["pipe", "ignore", "ignore"] }).status === 0;
}

function coreSources() {
    return [...findC("c_src"), `${CJSON}/cJSON.c`];
}

function findC(folder) {
    return readdirSync(folder, { recursive: true })
        .filter((path) => path.endsWith(".c"))
        .map((path) => join(folder, path))
        .sort();
}

// { objects: Map source → object, in their order, error }. Only what changed is compiled; a source that failed has no
// object, and then error is not null.
async function compileSources(compiler, ledger, folder, sources, flagsOf, warnings = WARNING_FLAGS) {
    const jobs = sources.map((source) => ({
        source,
        object: join(folder, source.replace(/^\.cache\//, "").replace(/\.c$/, ".o")),
        args: [...flagsOf(source), ...(source.startsWith(CJSON) ? ["-include", CJSON_LIBC] : warnings)],
    }));
    const command = (job) => [compiler.name, ...job.args].join(" ");
    const stale = jobs.filter((job) => !ledger.isFresh(job.object, command(job)));
    const record = (job) => {
        const inputs = parseDependencies(readFileSync(dependencyFile(job.object), "utf8"));
        ledger.record(job.object, command(job), inputs);
    };
    let error = null;
    if (stale.length > 0) await compiler.compile(stale, record).catch((failure) => (error = failure));
    const fresh = error === null ? jobs : jobs.filter((job) => ledger.isFresh(job.object, command(job)));
    return { objects: new Map(fresh.map((job) => [job.source, job.object])), error };
}

async function link(compiler, ledger, flags, inputs, output) {
    const command = [compiler.name, ...flags, ...inputs].join(" ");
    if (ledger.isFresh(output, command)) return;
    await compiler.link(flags, inputs, output);
    ledger.record(output, command, inputs.filter((input) => !input.startsWith("-")));
}

async function archive(ledger, objects, output) {
    const command = ["ar", ...objects].join(" ");
    if (ledger.isFresh(output, command)) return;
    rmSync(output, { force: true });
    await run("ar", ["rcs", output, ...objects]);
    ledger.record(output, command, objects);
}

// The module may import what the core's headers declare and nothing else: no WASI, no libc that asks for a file.
function checkBoundary(path) {
    const module = new WebAssembly.Module(readFileSync(path));
    const allowed = new Set(declaredImports().map((name) => `env.${name}`));
    const foreign = WebAssembly.Module.imports(module)
        .map(({ module: from, name }) => `${from}.${name}`)
        .filter((name) => !allowed.has(name));
    const exported = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
    const missing = EXPORTS.filter((name) => !exported.has(name));
    if (foreign.length + missing.length === 0) return;
    rmSync(path);
    if (foreign.length > 0) console.error(`${path} imports what no header declares: ${foreign.join(", ")}`);
    if (missing.length > 0) console.error(`${path} does not export ${missing.join(", ")}`);
    throw new BuildError("the module would not fit its host");
}

function declaredImports() {
    const headers = ["c_src/store/sql_host.h", "c_src/base/crc32.h"].map((path) => readFileSync(path, "utf8"));
    return [...headers.join("").matchAll(/^HOST_IMPORT\((\w+)\)/gm)].map((match) => match[1]);
}

const TARGETS = {
    wasm: [buildWasm, () => wasmCompiler(["c_src", CJSON, "local/tools"])],
    native: [buildNative, nativeCompiler],
    sim: [buildSimulator, nativeCompiler],
    fuzz: [buildFuzzers, fuzzCompiler],
    "wasm-tests": [buildWasmTests, () => wasmCompiler(["c_src", CJSON, "local/tools", "tests/c"])],
};

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));
const [build, compilerFor] = TARGETS[process.argv[2]];
const ledger = new Ledger("build/ledger.json");
try {
    await build(compilerFor(), ledger);
} catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
} finally {
    ledger.save();
}
