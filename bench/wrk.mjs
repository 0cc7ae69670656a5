// One run of wrk against one server: how many requests it answered, how fast, and what processor time it took.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { memoryFolder } from "./folders.mjs";
import { processAt, processorSeconds } from "../tests/process.mjs";
import { requestPool } from "./requests.mjs";

const SCRIPT = fileURLToPath(new URL("load.lua", import.meta.url));

export const NO_WRK = "SKIP: wrk makes the load, and is not installed (Debian: apt-get install wrk)";
export const wrkIsInstalled = () => spawnSync("wrk", ["--version"]).error === undefined;

// { rate (requests/s), cpu (µs of the server a request, or null), p50, p99 (ms) }. Throws when a request failed.
// shape: requests.mjs.
export async function measure(server, operation, { seconds, connections, ...shape }) {
    const folder = mkdtempSync(join(memoryFolder(), "bench-load-"));
    const file = join(folder, "requests");
    try {
        writeFileSync(file, requestPool(server, operation, shape).join("\0"));
        return await measureFile(server, operation, { seconds, connections, file });
    } finally {
        rmSync(folder, { recursive: true });
    }
}

async function measureFile(server, operation, { seconds, connections, file }) {
    const pid = processAt(server.url);
    const before = processorSeconds(pid);
    const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "20s", "-s", SCRIPT, server.url, "--", file];
    const output = await run("wrk", args);
    const cpuSeconds = pid === null ? null : processorSeconds(pid) - before;
    const { requests, microseconds, failed, p50, p99 } = JSON.parse(output.trim().split("\n").at(-1));
    if (failed > 0) throw new Error(`${server.name}: ${failed} of ${requests} ${operation} failed`);
    if (requests === 0) throw new Error(`${server.name}: no ${operation} was answered within ${seconds} s`);
    return {
        rate: requests / microseconds * 1e6,
        cpu: cpuSeconds === null ? null : cpuSeconds / requests * 1e6,
        p50: p50 / 1000,
        p99: p99 / 1000,
    };
}

function run(command, args) {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("exit", (code) => code === 0 ? resolve(output) : reject(new Error(`${command} failed: ${output}`)));
    });
}
