// `npm run load -- TABLE < file`: writes lines of DynamoDB JSON into an existing table, by BatchWriteItem through the
// public API.
import { fstatSync } from "node:fs";
import { BatchWriteItemCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { Progress, State, connect, lineToItem, readCommandLine, readCount } from "./client.mjs";

const USAGE = `npm run --silent load -- TABLE [options] < FILE

  --endpoint URL  the server (default $DYNAMODB_ENDPOINT or http://localhost:8000)
  --parallel N    batches in flight (default 8)
  --state FILE    remember how far the load came; run again with the same file and the same input to go on from there
  --help          print this`;

const BATCH_ITEMS = 25;
const BATCH_BYTES = 4 * 1024 * 1024; // a request may have 16 MB
const RETRY_DELAY_MS = 50;
const RETRY_DELAY_MAX_MS = 5000;

const options = readCommandLine(USAGE, { parallel: { type: "string", default: "8" } });
const parallel = readCount(options, "parallel", 100);
const client = connect(options.endpoint);
async function load() {
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName: options.table }));
    const keyNames = table.KeySchema.map((element) => element.AttributeName);
    const state = new State(options.state, { table: options.table, lines: 0 });
    if (state.value.table !== options.table) throw new Error(`${options.state} belongs to another table`);
    const input = fstatSync(0);
    const progress = new Progress("loaded", input.isFile() ? input.size : 0);
    const flight = new Flight(state, progress);
    let batch = new Batch(keyNames);
    let lineNumber = 0;
    for await (const line of linesOf(process.stdin)) {
        lineNumber++;
        const bytes = Buffer.byteLength(line) + 1;
        if (lineNumber <= state.value.lines) {
            progress.add(0, bytes);
            continue;
        }
        batch.add(readLine(line, lineNumber), bytes);
        if (!batch.isFull()) continue;
        await flight.send(batch);
        batch = new Batch(keyNames);
    }
    if (batch.lines > 0) await flight.send(batch);
    await flight.land();
    progress.finish();
}

// Lines end with a line feed and nothing else: node:readline would also end them at U+2028, which JSON may hold.
async function* linesOf(input) {
    let rest = "";
    for await (const chunk of input.setEncoding("utf8")) {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop();
        yield* lines;
    }
    if (rest !== "") yield rest;
}

function readLine(line, lineNumber) {
    if (line.trim() === "") return null;
    try {
        return lineToItem(line);
    } catch (error) {
        throw new Error(`line ${lineNumber}: ${error.message}`);
    }
}

// Items of up to BATCH_ITEMS different keys: of one that stands twice the later one counts, as it would one by one.
class Batch {
    constructor(keyNames) {
        this.keyNames = keyNames;
        this.items = new Map();
        this.lines = 0;
        this.bytes = 0;
    }

    add(item, bytes) {
        this.lines++;
        this.bytes += bytes;
        if (item === null) return;
        const key = JSON.stringify(this.keyNames.map((name) => Object.entries(item[name] ?? {})));
        this.items.set(key, item);
    }

    isFull() {
        return this.items.size >= BATCH_ITEMS || this.bytes >= BATCH_BYTES;
    }
}

// Batches under way, at most `parallel`; the state moves over the lines whose batches, and all before them, are done.
class Flight {
    constructor(state, progress) {
        this.state = state;
        this.progress = progress;
        this.pending = []; // in order of the input: { lines, done, promise }
        this.failure = null;
    }

    async send(batch) {
        while (this.failure === null && this.pending.filter((entry) => !entry.done).length >= parallel) {
            await Promise.race(this.pending.filter((entry) => !entry.done).map((entry) => entry.promise));
        }
        if (this.failure !== null) throw this.failure;
        const entry = { lines: batch.lines, done: false };
        entry.promise = write(batch).then(
            () => this.#landed(entry, batch),
            (error) => {
                this.failure ??= error;
                entry.done = true;
            },
        );
        this.pending.push(entry);
    }

    async land() {
        await Promise.all(this.pending.map((entry) => entry.promise));
        if (this.failure !== null) throw this.failure;
    }

    #landed(entry, batch) {
        entry.done = true;
        this.progress.add(batch.items.size, batch.bytes);
        if (this.failure !== null) return;
        while (this.pending.length > 0 && this.pending[0].done) this.state.value.lines += this.pending.shift().lines;
        this.state.save();
    }
}

async function write(batch) {
    let requests = [...batch.items.values()].map((item) => ({ PutRequest: { Item: item } }));
    for (let delay = RETRY_DELAY_MS; requests.length > 0; delay = Math.min(2 * delay, RETRY_DELAY_MAX_MS)) {
        const reply = await client.send(new BatchWriteItemCommand({ RequestItems: { [options.table]: requests } }));
        requests = reply.UnprocessedItems?.[options.table] ?? [];
        if (requests.length > 0) await new Promise((resume) => setTimeout(resume, delay * Math.random()));
    }
}

try {
    await load();
} catch (error) {
    console.error(`load of ${options.table}: ${error.message}`);
    process.exitCode = 1;
}
