// The compilers, behind one shape:
//   name                      part of every command, so that another compiler makes everything again
//   compile(jobs, done)       jobs: [{ source, object, args }]; writes each object and, beside it, a .d file, and
//                             calls done(job) for each that worked
//   link(args, inputs, out)   one program from objects
// A failure has printed the compiler's own words; it throws BuildError, after every other job had its turn.
import { fork, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export class BuildError extends Error {}

const WASM_TARGET = "--target=wasm32-wasip1";

export function nativeCompiler() {
    const command = process.env.CC || "cc";
    return executableCompiler(command, command, []);
}

// The first clang here that can link a fuzzer, or null. Beside a compiler's members it has tool(name): a program of the
// same LLVM, as a path or, where it is not installed, as a bare name.
export function fuzzCompiler() {
    const chosen = process.env.FUZZ_CC;
    const versioned = Array.from({ length: 12 }, (_, index) => `clang-${24 - index}`);
    const command = (chosen ? [chosen] : ["clang", ...versioned]).find(linksFuzzers);
    if (command === undefined) return null;
    const tool = (name) =>
        spawnSync(command, [`--print-prog-name=${name}`], { encoding: "utf8" }).stdout.trim();
    return { ...executableCompiler(command, command, []), tool };
}

function linksFuzzers(command) {
    const program = "int LLVMFuzzerTestOneInput(const char *data, long size) { return size > 0 && *data; }";
    const args = ["-fsanitize=fuzzer,address,undefined", "-x", "c", "-", "-o", "/dev/null"];
    return spawnSync(command, args, { input: program }).status === 0;
}

// roots: the folders whose C files and headers a compilation may read.
export function wasmCompiler(roots) {
    const sdk = process.env.WASI_SDK_PATH;
    if (sdk) return executableCompiler(`wasi-sdk ${sdk}`, join(sdk, "bin", "clang"), [WASM_TARGET]);
    return packagedCompiler(roots);
}

export const dependencyFile = (object) => object.replace(/\.o$/, ".d");

function compileArgs({ source, object, args }) {
    return [...args, "-MMD", "-MF", dependencyFile(object), "-c", source, "-o", object];
}

function executableCompiler(name, command, firstArgs) {
    return {
        name,
        async compile(jobs, done) {
            await inParallel(jobs, availableParallelism(), async (job) => {
                mkdirSync(dirname(job.object), { recursive: true });
                await run(command, [...firstArgs, ...compileArgs(job)]);
                done(job);
            });
        },
        async link(args, inputs, output) {
            mkdirSync(dirname(output), { recursive: true });
            await run(command, [...firstArgs, ...args, ...inputs, "-o", output]);
        },
    };
}

// Clang compiled to Wasm, from npm: each process holds one, which takes a second to load, and sees a file system of its
// own that holds what is under `roots`.
function packagedCompiler(roots) {
    const version = JSON.parse(readFileSync("node_modules/@yowasp/clang/package.json", "utf8")).version;
    const runAll = async (tasks, files) => {
        const processes = Math.max(1, Math.min(availableParallelism(), Math.ceil(tasks.length / 3)));
        const idle = Array.from({ length: processes }, () => packagedClang(files));
        try {
            await inParallel(tasks, processes, async (task) => {
                const clang = idle.pop();
                const reply = await clang.run(task);
                idle.push(clang);
                takeReply(reply);
                task.done();
            });
        } finally {
            for (const clang of idle) clang.stop();
        }
    };
    let linker = null; // stays for the next link: to load a process takes longer than to link
    return {
        name: `@yowasp/clang ${version}`,
        async compile(jobs, done) {
            const tasks = jobs.map((job) => ({
                args: [WASM_TARGET, ...compileArgs(job)],
                outputs: [job.object, dependencyFile(job.object)],
                done: () => done(job),
            }));
            await runAll(tasks, readTrees(roots, /\.[ch]$/));
        },
        async link(flags, inputs, output) {
            const files = {};
            for (const path of inputs.filter((path) => !path.startsWith("-"))) put(files, path, readFileSync(path));
            linker ??= packagedClang({});
            const args = [WASM_TARGET, ...flags, ...inputs, "-o", output];
            takeReply(await linker.run({ args, outputs: [output], files }));
        },
    };
}

function takeReply({ ok, messages, outputs }) {
    process.stderr.write(messages);
    if (!ok) throw new BuildError("clang failed");
    for (const [path, bytes] of Object.entries(outputs)) writeOutput(path, bytes);
}

// Keeps the program alive only while a task runs.
function packagedClang(files) {
    const child = fork(fileURLToPath(new URL("clang_process.mjs", import.meta.url)), { serialization: "advanced" });
    let waiting = null;
    child.on("message", (reply) => {
        child.unref();
        child.channel.unref();
        waiting.resolve(reply);
    });
    child.on("error", (error) => waiting?.reject(error));
    child.on("exit", (code, signal) => waiting?.reject(new Error(`the packaged clang died: ${signal ?? code}`)));
    child.send({ keep: files });
    return {
        run: (task) =>
            new Promise((resolve, reject) => {
                waiting = { resolve, reject };
                child.ref();
                child.channel.ref();
                child.send({ args: task.args, outputs: task.outputs, files: task.files });
            }),
        stop: () => child.kill("SIGKILL"), // which holds nothing but copies
    };
}

// Every item gets its turn, whatever happened to those before it.
async function inParallel(items, limit, work) {
    const queue = [...items];
    let failures = 0;
    const lane = async () => {
        for (let item; (item = queue.shift()); ) {
            try {
                await work(item);
            } catch (error) {
                if (!(error instanceof BuildError)) throw error;
                failures++;
            }
        }
    };
    await Promise.all(Array.from({ length: Math.min(limit, queue.length) }, lane));
    if (failures > 0) throw new BuildError(`${failures} of ${items.length} failed: see above`);
}

export function run(command, args) {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
        child.on("error", (error) => reject(new BuildError(`${command}: ${error.message}`)));
        child.on("exit", (code) => {
            if (code === 0) resolve();
            else reject(new BuildError(`${command} failed`));
        });
    });
}

function writeOutput(path, bytes) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
}

// Nested objects, as the packaged clang takes its files: { c_src: { base: { "arena.c": bytes } } }.
function readTrees(roots, wanted) {
    const tree = {};
    for (const root of roots) {
        for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
            const path = join(entry.parentPath, entry.name);
            if (entry.isFile() && wanted.test(path)) put(tree, path, readFileSync(path));
        }
    }
    return tree;
}

function put(tree, path, bytes) {
    const parts = path.split("/");
    const name = parts.pop();
    let folder = tree;
    for (const part of parts) folder = folder[part] ??= {};
    folder[name] = bytes;
}
