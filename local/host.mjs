// The Worker on this machine: Miniflare runs workerd with the files of worker/ as they are, one process for everything.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Log, LogLevel, Miniflare } from "miniflare";
import workerd from "workerd";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WORKER = "shvm-db";
const ENTRY = "worker/index.js";
const CLASSES = { PARTITION: "Partition", TABLE: "Table", DIRECTORY: "Directory", CATALOG: "Catalog" };

// What the runtime itself keeps open, connections of clients among it.
const OTHER_FILES = 300;
const FILES_PER_OBJECT = 4; // three, and one to spare
const LIVE_OBJECTS_MAX = 900; // at about 250 KB each, beside 350 MB for all else
const KEPT_READS_MB = 64;
const CALLS_MAX = 10000; // workerd sets no limit of its own; one request still ends

// What V8 keeps of a request are mostly wrappers of the runtime's own objects, which only a full collection frees. Left
// until the heap is full they stop everything for 100 to 200 ms; freed whenever 4 MB of new objects were made it takes
// 10 to 20, and so small a young generation stays in the processor's cache. See docs/performance.md.
export const V8_FLAGS = "--gc-global --min-semi-space-size=4 --max-semi-space-size=4";
// With flags like these the runtime compiles its own scripts anew (some 40 ms at the start), and says so.
const EXPECTED_LOG = "bootstrap compile cache failed its compatibility check";

// Serves until stop() is called: { url, stop }. options: { host, port, data, layout, auth, requestMs };
// `waitForIndexes`: unless it is false, a test that reads a global index after a write sees it; `channels`: if it is
// false, objects are called as on Cloudflare, where nobody knows which of them share an isolate; `module`, the path of
// the Wasm module where it is not the built one, and `main`, that of an entry around the Worker's own, of this
// project's tests.
export async function startHost(options) {
    const { host, port } = options;
    process.env.MINIFLARE_WORKERD_V8_FLAGS ??= V8_FLAGS;
    process.env.SHVM_WORKERD = workerd.default ?? workerd;
    process.env.MINIFLARE_WORKERD_PATH = `${ROOT}local/workerd`;
    const miniflare = new Miniflare({
        host: "127.0.0.1",
        port: 0,
        log: new Log(LogLevel.ERROR),
        logRequests: false,
        handleStructuredLogs: printLog,
        enableDevRegistry: false,
        cf: false,
        resourcePersistencePath: options.data,
        // Miniflare's own entry would stand in front of the Worker; this socket leads to it directly.
        workers: [{ config: workerConfig(options), dev: { unsafeDirectSockets: [{ host, port }] } }],
    });
    const url = await miniflare.unsafeGetDirectURL(WORKER);
    return { url, stop: () => miniflare.dispose() };
}

export function printLog({ level, message }) {
    if (message.includes(EXPECTED_LOG)) return;
    if (level === "error" || level === "warn") console.error(message);
    else console.log(message);
}

function workerConfig(options) {
    const { layout, auth = [], waitForIndexes = true, channels = true, requestMs, module, main = ENTRY } = options;
    const objects = Object.entries(CLASSES);
    return {
        name: WORKER,
        ...compatibility(),
        manifest: { mainModule: main, modulesRoot: ROOT, modules: workerModules(module, main) },
        env: {
            ...Object.fromEntries(objects.map(([binding, exportName]) => [
                binding, { type: "durable-object", worker: WORKER, exportName },
            ])),
            ...(auth.length > 0
                ? { SHVM_ACCESS_KEYS: { type: "text", value: auth.join("\n") } }
                : { SHVM_AUTH: { type: "text", value: "off" } }),
            SHVM_LAYOUT: { type: "text", value: layout },
            SHVM_CALLS_MAX: { type: "text", value: String(CALLS_MAX) },
            SHVM_INDEX_WAIT: { type: "text", value: waitForIndexes ? "on" : "off" },
            ...(requestMs === undefined ? {} : { SHVM_REQUEST_MS: { type: "text", value: String(requestMs) } }),
            SHVM_ONE_ISOLATE: { type: "text", value: channels ? "on" : "off" },
            SHVM_KEPT_READS_MB: { type: "text", value: String(KEPT_READS_MB) },
            SHVM_LIVE_OBJECTS_MAX: { type: "text", value: String(liveObjectsMax()) },
        },
        exports: Object.fromEntries(objects.map(([, exportName]) => [
            exportName, { type: "durable-object", storage: "sqlite" },
        ])),
    };
}

function workerModules(wasm = `${ROOT}build/shvm.wasm`, main) {
    const modules = { "build/shvm.wasm": { type: "wasm", contents: readFileSync(wasm) } };
    const names = readdirSync(`${ROOT}worker`).filter((name) => name.endsWith(".js"));
    for (const path of new Set([main, ...names.map((name) => `worker/${name}`)])) {
        modules[path] = { type: "esm", contents: readFileSync(`${ROOT}${path}`, "utf8") };
    }
    return modules;
}

// The deployed Worker's own.
export function compatibility() {
    const settings = readFileSync(`${ROOT}wrangler.toml`, "utf8");
    return {
        compatibilityDate: /^compatibility_date = "(.+)"$/m.exec(settings)[1],
        compatibilityFlags: JSON.parse(/^compatibility_flags = (\[.+\])$/m.exec(settings)[1]),
    };
}

function liveObjectsMax() {
    const limit = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
    if (limit === "unlimited") return LIVE_OBJECTS_MAX;
    return Math.max(16, Math.min(LIVE_OBJECTS_MAX, Math.floor((Number(limit) - OTHER_FILES) / FILES_PER_OBJECT)));
}
