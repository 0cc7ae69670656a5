// What is measured: this project in a layout, and the floor. A server is { name, kind, url, stop } and, where it checks
// signatures, key: { id, secret }. Its kind is "dynamodb", "floor", or "wire": the floor's paths with DynamoDB's heads
// and bodies.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Log, LogLevel, Miniflare } from "miniflare";
import { compatibility, printLog } from "../local/host.mjs";
import { ROOT } from "./folders.mjs";

const FLOOR = "bench-floor";

// root: a tree of this project; two of them side by side show what a change does. more: of startHost's options.
export async function startProject(name, layout, folder, root = ROOT, more = {}) {
    const { startHost } = await import(join(root, "local/host.mjs"));
    const data = mkdtempSync(join(folder, "bench-"));
    const host = await startHost({ host: "127.0.0.1", port: 0, data, layout, ...more });
    const stop = async () => {
        await host.stop();
        rmSync(data, { recursive: true, force: true });
    };
    return { name, kind: "dynamodb", url: String(host.url), stop };
}

// Served as local/host.mjs serves the Worker; starting the project first has set the same flags for the runtime.
export async function startFloor(folder) {
    const data = mkdtempSync(join(folder, "bench-"));
    const code = readFileSync(new URL("floor/worker.js", import.meta.url), "utf8");
    const miniflare = new Miniflare({
        host: "127.0.0.1",
        port: 0,
        log: new Log(LogLevel.ERROR),
        logRequests: false,
        handleStructuredLogs: printLog,
        enableDevRegistry: false,
        cf: false,
        resourcePersistencePath: data,
        workers: [{
            config: {
                name: FLOOR,
                ...compatibility(),
                manifest: { mainModule: "worker.js", modules: { "worker.js": { type: "esm", contents: code } } },
                env: { FLOOR: { type: "durable-object", worker: FLOOR, exportName: "Floor" } },
                exports: { Floor: { type: "durable-object", storage: "sqlite" } },
            },
            dev: { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] },
        }],
    });
    const url = await miniflare.unsafeGetDirectURL(FLOOR);
    const stop = async () => {
        await miniflare.dispose();
        rmSync(data, { recursive: true, force: true });
    };
    return { name: "bare object", kind: "floor", url: String(url), stop };
}
