// Servers for the end-to-end tests: the local host as a user runs it, a process of its own on a free port and a fresh
// folder, stopped and removed when the test that asked for it ends.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const READY_MS_MAX = 60_000;
const MEMORY = "/dev/shm"; // a file system in memory, where there is one: a killed process loses nothing there either

export function temporaryFolder(test) {
    const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "test-shvm-"));
    test.after(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
}

// One server for all tests of a suite; to be called in the body of describe(). Its members are there once tests run.
// args: options of the command line.
export function suiteServer(args = []) {
    const ends = [];
    const server = {};
    before(async () => Object.assign(server, await startServer({ after: (end) => ends.push(end) }, { args })));
    after(async () => {
        for (const end of ends.reverse()) await end();
    });
    return server;
}

// Starts `npm start`'s program. Waits for its ready line: { url, client, output(), stop(), kill(), exited }.
// ulimit: options of the shell's ulimit, such as "-Sn 1024", under which the server starts.
export async function startServer(test, { args = [], data = temporaryFolder(test), ulimit = null } = {}) {
    const server = runServer(["--port", "0", "--data", data, ...args], ulimit);
    test.after(() => server.kill());
    const url = await server.ready;
    return { ...server, url, client: clientOf(test, url) };
}

// The program with these arguments, whatever becomes of it.
export function runServer(args, ulimit = null) {
    const command = [process.execPath, "local/main.mjs", ...args];
    const limited = ["sh", "-c", `ulimit ${ulimit} && exec "$@"`, "sh", ...command];
    const [program, ...rest] = ulimit === null ? command : limited;
    const child = spawn(program, rest, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const exited = new Promise((resolve) => child.on("close", (code, signal) => resolve(code ?? signal)));
    const ready = new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ready line: ${output}`)), READY_MS_MAX);
        const listen = (chunk) => {
            output += chunk;
            const url = /serves DynamoDB at (\S+)/.exec(output)?.[1];
            if (url === undefined) return;
            clearTimeout(timer);
            resolve(url);
        };
        child.stdout.on("data", listen);
        child.stderr.on("data", listen);
        exited.then((code) => {
            clearTimeout(timer);
            reject(new Error(`the server ended with ${code}: ${output}`));
        });
    });
    ready.catch(() => {}); // for those who wait for the exit alone
    const end = async (signal) => {
        child.kill(signal);
        return exited;
    };
    return {
        ready, exited, output: () => output, stop: () => end("SIGINT"), kill: () => end("SIGKILL"),
    };
}

// A client that never retries: a reply that would make it retry fails the test.
export function clientOf(test, url) {
    const client = new DynamoDBClient({
        endpoint: url,
        region: "us-east-1",
        credentials: { accessKeyId: "any", secretAccessKey: "any" },
        maxAttempts: 1,
    });
    test.after(() => client.destroy());
    return client;
}

// One request by hand: { status, headers, text, json }. body: a string, bytes, or a value to be sent as JSON.
export async function post(url, operation, body, headers = {}) {
    const raw = typeof body === "string" || body instanceof Uint8Array || body === undefined;
    const response = await fetch(url, {
        method: "POST",
        headers: {
            "content-type": "application/x-amz-json-1.0",
            ...(operation === null ? {} : { "x-amz-target": `DynamoDB_20120810.${operation}` }),
            ...headers,
        },
        body: raw ? body : JSON.stringify(body),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    const crc = response.headers.get("x-amz-crc32");
    return {
        status: response.status,
        headers: response.headers,
        crcHolds: crc === String(crc32(bytes)),
        text,
        json: text.startsWith("{") ? JSON.parse(text) : null,
    };
}

// The name of the object that holds a key's item, as a request for it tells.
export async function partitionOf(url, tableName, key) {
    const reply = await post(url, "GetItem", { TableName: tableName, Key: key }, { "x-shvm-explain": "1" });
    const steps = JSON.parse(reply.headers.get("x-shvm-explain"));
    return steps.find(({ step }) => step === "partition start").object;
}

export const TABLE = {
    TableName: "things",
    AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "N" },
    ],
    KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
    ],
    BillingMode: "PAY_PER_REQUEST",
};

export const HASH_TABLE = {
    TableName: "keys",
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    BillingMode: "PAY_PER_REQUEST",
};

// Asks again until the answer satisfies, for what DynamoDB does in the background.
export async function eventually(ask, satisfies, { ms = 20_000 } = {}) {
    const deadline = Date.now() + ms;
    for (;;) {
        const answer = await ask();
        if (satisfies(answer)) return answer;
        if (Date.now() > deadline) throw new Error(`still not so after ${ms} ms: ${JSON.stringify(answer)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}
