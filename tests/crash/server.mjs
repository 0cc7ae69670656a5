// The server that crashes: the program behind `npm start`, raw HTTP to it, and its sudden end.
import { spawn } from "node:child_process";
import { descendants } from "../process.mjs";

const READY_MS_MAX = 60_000;

// kill() ends workerd first, at once and without a word, and then what started it.
export async function start(data, limit = null) {
    const command = [process.execPath, "local/main.mjs", "--data", data, "--port", "0"];
    const limited = ["sh", "-c", `ulimit ${limit} && exec "$@"`, "sh", ...command];
    const [program, ...args] = limit === null ? command : limited;
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const exited = new Promise((resolve) => child.on("close", resolve));
    let output = "";
    const url = await new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ready line: ${output}`)), READY_MS_MAX);
        const listen = (chunk) => {
            output = (output + chunk).slice(-4000);
            const found = /serves DynamoDB at (\S+)/.exec(output)?.[1];
            if (found !== undefined) resolve(found.replace("localhost", "127.0.0.1"));
            if (found !== undefined) clearTimeout(timer);
        };
        child.stdout.on("data", listen);
        child.stderr.on("data", listen);
        exited.then(() => reject(new Error(`the server ended: ${output}`)));
    });
    return {
        url,
        async kill() {
            if (child.exitCode !== null || child.signalCode !== null) return;
            for (const pid of descendants(child.pid)) kill(pid);
            child.kill("SIGKILL");
            await exited;
        },
        async stop() {
            child.kill("SIGINT");
            await exited;
        },
    };
}

function kill(pid) {
    try {
        process.kill(pid, "SIGKILL");
    } catch (error) {
        if (error.code !== "ESRCH") throw error;
    }
}

// `more` adds members of CreateTable, and attributes that its indexes need: name → type.
export async function createTable(url, layout, more = {}, types = {}) {
    const attribute = ([name, type]) => ({ AttributeName: name, AttributeType: type });
    const reply = await post(url, "CreateTable", {
        TableName: "crash",
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: Object.entries({ pk: "S", sk: "N", ...types }).map(attribute),
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
        Tags: [{ Key: "shvm:layout", Value: layout }],
        ...more,
    });
    if (reply.status !== 200) throw new Error(`CreateTable answers ${reply.status} ${reply.text}`);
}

export async function post(url, operation, body) {
    const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `DynamoDB_20120810.${operation}` },
        body: JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, text, json: text.startsWith("{") ? JSON.parse(text) : null };
}

export function sleep(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
}

// Numbers below a bound (mulberry32).
export function randomFrom(start) {
    let state = start >>> 0;
    return (bound) => {
        state = (state + 0x6d2b79f5) >>> 0;
        let z = Math.imul(state ^ (state >>> 15), state | 1);
        z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
        return Math.floor(((z ^ (z >>> 14)) >>> 0) / 2 ** 32 * bound);
    };
}
