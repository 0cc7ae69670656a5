// What dump and load share: the command line, the client, progress on standard error, and a state file to resume from.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

const PROGRESS_EVERY_MS = 500;
const BAR_WIDTH = 30;

// { table, endpoint, state, …own }, or exits with the usage text.
export function readCommandLine(usage, ownOptions) {
    let parsed;
    try {
        parsed = parseArgs({
            allowPositionals: true,
            options: {
                endpoint: { type: "string", default: process.env.DYNAMODB_ENDPOINT ?? "http://localhost:8000" },
                state: { type: "string" },
                help: { type: "boolean", default: false },
                ...ownOptions,
            },
        });
    } catch (error) {
        console.error(`${error.message}\n\n${usage}`);
        process.exit(2);
    }
    const { values, positionals } = parsed;
    if (values.help || positionals.length !== 1) {
        console.error(usage);
        process.exit(values.help ? 0 : 2);
    }
    // npm runs scripts in the project's folder; paths are meant from where it was called.
    if (values.state !== undefined) values.state = resolve(process.env.INIT_CWD ?? ".", values.state);
    return { ...values, table: positionals[0] };
}

// An option that is a number of things, or exits with a line that says so.
export function readCount(options, name, max) {
    const count = Number(options[name]);
    if (Number.isInteger(count) && count >= 1 && count <= max) return count;
    console.error(`--${name} takes a number from 1 to ${max}`);
    process.exit(2);
}

// Credentials come from where the SDK finds them; a local server takes any, so some are made up where there are none.
export function connect(endpoint) {
    const known = process.env.AWS_ACCESS_KEY_ID !== undefined || process.env.AWS_PROFILE !== undefined;
    return new DynamoDBClient({
        endpoint,
        region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? "us-east-1",
        maxAttempts: 8,
        ...(known ? {} : { credentials: { accessKeyId: "local", secretAccessKey: "local" } }),
    });
}

// Items as lines of DynamoDB JSON: {"Item":{"pk":{"S":"a"},"data":{"B":"AAEC"}}}
export function itemToLine(item) {
    return JSON.stringify({ Item: mapBinaries(item, (bytes) => Buffer.from(bytes).toString("base64")) });
}

export function lineToItem(line) {
    const { Item: item } = JSON.parse(line);
    if (typeof item !== "object" || item === null) throw new Error('a line is {"Item":{…}}');
    return mapBinaries(item, (text) => new Uint8Array(Buffer.from(text, "base64")));
}

function mapBinaries(item, convert) {
    const attribute = (value) => {
        if (value.B !== undefined) return { B: convert(value.B) };
        if (value.BS !== undefined) return { BS: value.BS.map(convert) };
        if (value.L !== undefined) return { L: value.L.map(attribute) };
        if (value.M !== undefined) return { M: mapBinaries(value.M, convert) };
        return value;
    };
    return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attribute(value)]));
}

// What a run has done so far, in a file of its own, or only in memory. Written whole or not at all.
export class State {
    constructor(path, initial) {
        this.path = path;
        this.value = path !== undefined && existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : initial;
    }

    save() {
        if (this.path === undefined) return;
        writeFileSync(`${this.path}.new`, JSON.stringify(this.value));
        renameSync(`${this.path}.new`, this.path);
    }
}

export class Progress {
    constructor(verb, total) {
        this.verb = verb;
        this.total = total; // 0: not known
        this.items = 0;
        this.done = 0; // of total, in its unit
        this.started = Date.now();
        this.timer = process.stderr.isTTY ? setInterval(() => this.#draw("\r"), PROGRESS_EVERY_MS) : null;
    }

    add(items, done = items) {
        this.items += items;
        this.done += done;
    }

    finish() {
        clearInterval(this.timer);
        if (this.total > 0) this.done = this.total;
        this.#draw(process.stderr.isTTY ? "\r" : "");
        process.stderr.write("\n");
    }

    #draw(start) {
        const seconds = Math.max((Date.now() - this.started) / 1000, 0.001);
        const share = this.total > 0 ? Math.min(this.done / this.total, 1) : 0;
        const bar = this.total > 0
            ? `[${"#".repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, ".")}] ${Math.floor(share * 100)} %, `
            : "";
        process.stderr.write(`${start}${bar}${this.items} items ${this.verb}, ${Math.round(this.items / seconds)}/s `);
    }
}
