// Where tables are kept, and that only one server does so: two runtimes over one database would corrupt it.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

// How the runtime lays its files out below the folder, and what the objects store in them: a release whose folders an
// earlier one cannot read counts this up (docs/operations.md). Format 2: stored values of format 2 (docs/formats.md).
const FORMAT = 2;
const FORMAT_MIN = 1; // that is read, and is FORMAT from then on
const FORMAT_FILE = "format";

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
        checkFormat(path, folder);
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

// A folder says which format it has. One that does not is new, or older than this file; then it has the first.
function checkFormat(path, folder) {
    const file = join(folder, FORMAT_FILE);
    const text = existsSync(file) ? readFileSync(file, "utf8").trim() : String(FORMAT_MIN);
    const format = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(format >= FORMAT_MIN && format <= FORMAT)) {
        throw new DataFolderError(
            `the data folder ${path} has storage format "${text}", and this release reads ` +
            `${FORMAT_MIN} to ${FORMAT}: start the release that wrote it, or take another folder (--data DIR)`,
        );
    }
    if (format < FORMAT) writeFileSync(file, `${FORMAT}\n`);
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
