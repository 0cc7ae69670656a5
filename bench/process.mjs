// The process of a server on this machine, from /proc: what processor time and memory it takes.
import { readFileSync, readdirSync, readlinkSync } from "node:fs";

const TICKS_PER_SECOND = 100; // of /proc/…/stat

// The id of the process that listens at a URL's port, or null where it is not of this machine or system.
export function processAt(url) {
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

// Of all its threads.
export function processorSeconds(pid) {
    const fields = read(`/proc/${pid}/stat`).split(") ").at(-1).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export function peakBytes(pid) {
    return Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${pid}/status`))[1]) * 1024;
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
