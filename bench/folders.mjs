// Where benches keep data: in memory where the system has a file system there, or on a disk where that is measured.
import { existsSync, mkdirSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

const MEMORY = "/dev/shm";
const IN_MEMORY = new Set([0x01021994, 0x858458f6]); // tmpfs and ramfs, as statfs names them

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
export const RESULTS = fileURLToPath(new URL("results/", import.meta.url));

export function memoryFolder() {
    return existsSync(MEMORY) ? MEMORY : tmpdir();
}

// Beside the project's own files.
export function diskFolder() {
    const folder = `${ROOT}.cache`;
    mkdirSync(folder, { recursive: true });
    return folder;
}

export function isInMemory(folder) {
    return IN_MEMORY.has(statfsSync(folder).type);
}
