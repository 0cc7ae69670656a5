// What build.sh runs: build.mjs wasm | native | wasm-tests. Sources are found by looking, in sorted order, so a new
// module needs no line here. What each target is made of stands in its function; the flags stand together below.
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BuildError, dependencyFile, nativeCompiler, run, wasmCompiler } from "./compilers.mjs";
import { Ledger, parseDependencies } from "./incremental.mjs";

const CJSON = ".cache/cJSON-1.7.19";
const CJSON_LIBC = "tools/cjson_libc.h";
const MEMORY_BYTES_MAX = 48 * 1024 * 1024;
const STACK_BYTES = 512 * 1024;
// What c_src/abi/abi.h promises the host.
const EXPORTS = [
    "memory", "abi_version", "core_new", "core_input", "core_step", "core_output", "core_reset", "core_scratch",
    "sql_text",
];

const COMMON_FLAGS = ["-std=c11", "-Ic_src", `-I${CJSON}`];
const WARNING_FLAGS = [
    "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wvla", "-Wstrict-prototypes", "-Wmissing-prototypes",
    "-Wconversion", "-Wno-sign-conversion",
];
const WASM_FLAGS = [
    ...COMMON_FLAGS, "-O2", "-msimd128", "-fvisibility=hidden", "-ffunction-sections", "-fdata-sections",
];
// Faults on: every arena allocation is a malloc of its own, so that the sanitizer sees its bounds and tests can make
// it fail. The Wasm build of the same tests runs the arena as it ships.
const NATIVE_FLAGS = [
    ...COMMON_FLAGS, "-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all", "-DSHVM_TEST_FAULTS",
];
const WASM_LINK_FLAGS = [
    "-nostartfiles", "-mexec-model=reactor", "-O2", "-Wl,--no-entry", "-Wl,--stack-first",
    `-Wl,-z,stack-size=${STACK_BYTES}`, `-Wl,--max-memory=${MEMORY_BYTES_MAX}`, "-Wl,--strip-debug",
];

async function buildWasm(compiler, ledger) {
    const objects = await compileSources(compiler, ledger, "build/wasm", coreSources(), WASM_FLAGS);
    const module = "build/shvm.wasm";
    await link(compiler, ledger, WASM_LINK_FLAGS, objects, module);
    checkBoundary(module);
    console.log(`${module}: ${statSync(module).size} bytes`);
}

async function buildNative(compiler, ledger) {
    const hosted = coreSources().filter((path) => !path.startsWith("c_src/abi/"));
    const objects = await compileSources(compiler, ledger, "build/native", hosted, NATIVE_FLAGS);
    const { support, programs } = testSources();
    const compile = (sources) =>
        compileSources(compiler, ledger, "build/native", sources, [...NATIVE_FLAGS, "-Itests/c"]);
    const supportObjects = await compile(support);
    const programObjects = await compile(programs);
    const library = "build/native/libshvm.a";
    await archive(ledger, objects, library);
    for (const object of programObjects) {
        const program = join("build/native/tests", basename(object, ".o"));
        await link(compiler, ledger, NATIVE_FLAGS, [object, ...supportObjects, library, "-lm"], program);
    }
    console.log(`build/native: ${objects.length} objects, ${programs.length} test programs`);
}

async function buildWasmTests(compiler, ledger) {
    const hosted = coreSources().filter((path) => !path.startsWith("c_src/abi/"));
    const objects = await compileSources(compiler, ledger, "build/wasm", hosted, WASM_FLAGS);
    const { support, programs } = testSources();
    const testObjects = await compileSources(
        compiler, ledger, "build/wasm", [...support, ...programs], [...WASM_FLAGS, "-Itests/c"],
    );
    const supportObjects = testObjects.slice(0, support.length);
    const flags = [...WASM_LINK_FLAGS, "-Wl,--export=test_main", "-Wl,--export=__wasm_call_ctors"];
    for (const object of testObjects.slice(support.length)) {
        const library = ["-Wl,--start-lib", ...objects, "-Wl,--end-lib"];
        const program = join("build/wasm-tests", basename(object, ".o") + ".wasm");
        await link(compiler, ledger, flags, [object, ...supportObjects, ...library], program);
    }
    console.log(`build/wasm-tests: ${programs.length} test programs`);
}

function coreSources() {
    return [...findC("c_src"), `${CJSON}/cJSON.c`];
}

function testSources() {
    const all = existsSync("tests/c") ? findC("tests/c") : [];
    return {
        support: all.filter((path) => path.startsWith("tests/c/support/")),
        programs: all.filter((path) => path.endsWith("_test.c")),
    };
}

function findC(folder) {
    return readdirSync(folder, { recursive: true })
        .filter((path) => path.endsWith(".c"))
        .map((path) => join(folder, path))
        .sort();
}

// Objects for the sources, in their order; only what changed is compiled.
async function compileSources(compiler, ledger, folder, sources, flags) {
    const jobs = sources.map((source) => ({
        source,
        object: join(folder, source.replace(/^\.cache\//, "").replace(/\.c$/, ".o")),
        args: source.startsWith(CJSON) ? [...flags, "-include", CJSON_LIBC] : [...flags, ...WARNING_FLAGS],
    }));
    const command = (job) => [compiler.name, ...job.args].join(" ");
    const stale = jobs.filter((job) => !ledger.isFresh(job.object, command(job)));
    const record = (job) => {
        const inputs = parseDependencies(readFileSync(dependencyFile(job.object), "utf8"));
        ledger.record(job.object, command(job), inputs);
    };
    if (stale.length > 0) await compiler.compile(stale, record);
    return jobs.map((job) => job.object);
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
    const header = readFileSync("c_src/store/sql_host.h", "utf8");
    return [...header.matchAll(/^SQL_IMPORT\((\w+)\)/gm)].map((match) => match[1]);
}

const TARGETS = {
    wasm: [buildWasm, () => wasmCompiler(["c_src", CJSON, "tools"])],
    native: [buildNative, nativeCompiler],
    "wasm-tests": [buildWasmTests, () => wasmCompiler(["c_src", CJSON, "tools", "tests/c"])],
};

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
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
