// Processes of this machine, from /proc: which one serves, who started whom, what processor time and memory they take.
import { readFileSync, readdirSync, readlinkSync } from "node:fs";

const TICKS_PER_SECOND = 100; // of /proc/…/stat

// The id of the process that listens at a URL's port, or null where it is not of this machine or system.
export function processAt(url) {
    const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, "0");
    const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(read).join("").split("\n");
    const listening = tables.map((line) => line.trim().split(/\s+/)).filter((row) => row[3] === "0A");
    const inode = listening.find((row) => row[1].endsWith(`:${port}`))?.[9];
    if (inode === undefined) return null;
    return allProcesses().find((pid) => holds(pid, `socket:[${inode}]`)) ?? null;
}

// The ids of those that a process started, and theirs.
export function descendants(pid) {
    const parents = allProcesses().map((child) => [child, Number(statOf(child)[1])]);
    const below = (parent) => parents.filter(([, of]) => of === Number(parent)).flatMap(([child]) => [
        Number(child), ...below(child),
    ]);
    return below(pid);
}

function allProcesses() {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

// The fields of its stat behind its name, which may hold anything; none where it ended meanwhile.
function statOf(pid) {
    return read(`/proc/${pid}/stat`).replace(/^.*\) /s, "").split(" ");
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
    const fields = statOf(pid);
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export function residentBytes(pid) {
    return statusBytes(pid, "VmRSS");
}

export function peakBytes(pid) {
    return statusBytes(pid, "VmHWM");
}

function statusBytes(pid, field) {
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(read(`/proc/${pid}/status`))[1]) * 1024;
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
