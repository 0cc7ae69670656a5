// Remembers what each output was made from, by content: an output is made again when its command or one of its
// inputs changed, and never because of a date.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export class Ledger {
    #path;
    #entries;
    #hashes = new Map();

    constructor(path) {
        this.#path = path;
        this.#entries = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
    }

    isFresh(output, command) {
        const entry = this.#entries[output];
        if (!entry || entry.command !== command || !existsSync(output)) return false;
        return Object.entries(entry.inputs).every(([path, hash]) => this.#hash(path) === hash);
    }

    record(output, command, inputs) {
        this.#hashes.delete(output);
        const hashed = Object.fromEntries(inputs.map((path) => [path, this.#hash(path)]));
        this.#entries[output] = { command, inputs: hashed };
    }

    save() {
        mkdirSync(dirname(this.#path), { recursive: true });
        writeFileSync(this.#path, JSON.stringify(this.#entries, null, 1));
    }

    #hash(path) {
        let hash = this.#hashes.get(path);
        if (hash === undefined) {
            hash = existsSync(path) ? createHash("sha256").update(readFileSync(path)).digest("hex") : "absent";
            this.#hashes.set(path, hash);
        }
        return hash;
    }
}

// The prerequisites named by a make rule that a compiler wrote (-MMD).
export function parseDependencies(rule) {
    return rule
        .slice(rule.indexOf(":") + 1)
        .replaceAll("\\\n", " ")
        .split(/\s+/)
        .filter((path) => path !== "");
}
