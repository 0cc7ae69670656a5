// One run of wrk against one server: how many requests it answered, how fast, and what processor time it took.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("load.lua", import.meta.url));
const TICKS_PER_SECOND = 100; // of /proc/…/stat

export const wrkIsInstalled = () => spawnSync("wrk", ["--version"]).error === undefined;

// { rate (requests/s), cpu (µs of the server a request, or null), p50, p99 (ms) }. Throws when a request failed.
export async function measure(server, operation, { seconds, connections, partitions, items }) {
    const pid = processAt(server.url);
    const before = processorTime(pid);
    const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "20s", "-s", SCRIPT, server.url, "--"];
    const output = await run("wrk", [...args, server.kind, operation, String(partitions), String(items)]);
    const cpuSeconds = pid === null ? null : processorTime(pid) - before;
    const { requests, microseconds, failed, p50, p99 } = JSON.parse(output.trim().split("\n").at(-1));
    if (failed > 0) throw new Error(`${server.name}: ${failed} of ${requests} ${operation} failed`);
    if (requests === 0) throw new Error(`${server.name}: no ${operation} was answered within --seconds ${seconds}`);
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

// The process that listens at a URL's port, or null where it is not of this machine or system.
function processAt(url) {
    const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, "0");
    const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(read).join("").split("\n");
    const listening = tables.map((line) => line.trim().split(/\s+/)).filter((row) => row[3] === "0A");
    const inode = listening.find((row) => row[1].endsWith(`:${port}`))?.[9];
    if (inode === undefined) return null;
    return readdirSync("/proc").find((pid) => /^\d+$/.test(pid) && holds(pid, `socket:[${inode}]`)) ?? null;
}

function holds(pid, file) {
    try {
        return readdirSync(`/proc/${pid}/fd`).some((fd) => link(`/proc/${pid}/fd/${fd}`) === file);
    } catch {
        return false; // it ended meanwhile
    }
}

// Seconds, of all its threads.
function processorTime(pid) {
    const fields = read(`/proc/${pid}/stat`).split(") ").at(-1).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function read(path) {
    try {
        return readFileSync(path, "utf8");
    } catch {
        return "";
    }
}

function link(path) {
    try {
        return readlinkSync(path);
    } catch {
        return "";
    }
}
