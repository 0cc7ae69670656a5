// Where tables are kept, and that only one server does so: two runtimes over one database would corrupt it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export class DataFolderError extends Error {}

// { path, release }. Throws DataFolderError with one line that says what is wrong.
export function openDataFolder(path) {
    const folder = resolve(path);
    const lock = join(folder, "server.pid");
    try {
        mkdirSync(folder, { recursive: true });
        const owner = ownerOf(lock);
        if (owner !== null) {
            throw new DataFolderError(`the data folder ${path} is in use by process ${owner} (it says so in ${lock})`);
        }
        writeFileSync(lock, String(process.pid));
    } catch (error) {
        if (error instanceof DataFolderError) throw error;
        throw new DataFolderError(`cannot write to the data folder ${path}: ${error.code}`);
    }
    return { path: folder, release: () => rmSync(lock, { force: true }) };
}

// The same, kept nowhere: in memory where the system has a file system for that.
export function openTemporaryFolder() {
    const folder = mkdtempSync(join(memoryFolder() ?? tmpdir(), "shvm-"));
    return { path: folder, release: () => rmSync(folder, { recursive: true, force: true }) };
}

// The live process that a lock names, or null. A server that was killed leaves its lock behind.
function ownerOf(lock) {
    try {
        const owner = Number(readFileSync(lock, "utf8"));
        process.kill(owner, 0);
        return owner;
    } catch (error) {
        return error.code === "EPERM" ? "of another user" : null;
    }
}

function memoryFolder() {
    try {
        return statSync("/dev/shm").isDirectory() ? "/dev/shm" : null;
    } catch {
        return null;
    }
}
