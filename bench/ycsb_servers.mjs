// What YCSB is run against: { name, binding (go-ycsb's), properties, metrics (absent: it has none), stop }. All keep
// their data in memory where the system has a file system there; but for DynamoDB Local, which keeps none, each answers
// a write only when it is logged.
import { spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reasonToSkip, startDynamoDbLocal } from "../tests/oracle/dynamodb_local.mjs";
import { startProject } from "./servers.mjs";

const READY_MS_MAX = 30_000;
const MEMORY = "/dev/shm";

// Those that can run here; says which cannot.
export async function startServers(names, layout) {
    const start = {
        "shvm-db": () => startShvm(layout), "dynamodb-local": startLocal,
        redis: startRedis, postgresql: startPostgresql,
    };
    const servers = [];
    for (const name of names) {
        const server = await start[name]();
        if (typeof server === "string") console.log(`SKIP ${name}: ${server}`);
        else servers.push({ name, ...server });
    }
    return servers;
}

function dynamodb(url) {
    return {
        binding: "dynamodb",
        properties: {
            "dynamodb.endpoint": url.replace("localhost", "127.0.0.1").replace(/\/$/, ""),
            "dynamodb.region": "us-east-1",
        },
    };
}

async function startShvm(layout) {
    const { url, stop } = await startProject("shvm-db", layout, existsSync(MEMORY) ? MEMORY : tmpdir());
    return { ...dynamodb(url), stop, metrics: () => requestsOf(url) };
}

// Map: operation → requests answered with 200.
async function requestsOf(url) {
    const text = await (await fetch(new URL("_shvm/metrics", url))).text();
    const lines = text.matchAll(/^shvm_requests_total\{operation="(\w+)",status="200"\} (\d+)$/gm);
    return new Map([...lines].map(([, operation, count]) => [operation, Number(count)]));
}

async function startLocal() {
    const reason = reasonToSkip();
    if (reason !== null) return reason;
    const { url, stop } = await startDynamoDbLocal();
    return { ...dynamodb(url), stop };
}

async function startRedis() {
    if (!isHere("redis-server")) return "redis-server is not on PATH";
    const folder = temporaryFolder();
    const port = await freePort();
    const child = spawn("redis-server", [
        "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes", "--appendfsync", "always",
    ].map(String), { stdio: "ignore" });
    await listens(port);
    return { binding: "redis", properties: { "redis.addr": `127.0.0.1:${port}` }, stop: () => end(child, folder) };
}

// It refuses to run as root; there the user that Debian's package makes is taken.
async function startPostgresql() {
    if (!isHere("postgres") || !isHere("initdb")) return "postgres and initdb are not on PATH";
    const user = process.getuid() === 0 ? idOf("postgres") : {};
    if (user === null) return "there is no user postgres, and it does not run as root";
    const folder = temporaryFolder();
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
    const made = spawnSync("initdb", ["-D", folder, "-U", "ycsb", "-A", "trust"], { ...user, encoding: "utf8" });
    if (made.status !== 0) return `initdb failed: ${made.stderr ?? made.error.message}`;
    const port = await freePort();
    const child = spawn("postgres", ["-D", folder, "-p", String(port), "-h", "127.0.0.1", "-k", folder], {
        ...user, stdio: "ignore",
    });
    await listens(port);
    const properties = { "pg.host": "127.0.0.1", "pg.port": port, "pg.user": "ycsb", "pg.db": "postgres" };
    return { binding: "pg", properties, stop: () => end(child, folder) };
}

function isHere(program) {
    return spawnSync(program, ["--version"]).error === undefined;
}

function idOf(user) {
    const [uid, gid] = ["-u", "-g"].map((option) => spawnSync("id", [option, user], { encoding: "utf8" }));
    return uid.status === 0 ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : null;
}

function temporaryFolder() {
    return mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "ycsb-"));
}

async function end(child, folder) {
    const exited = new Promise((resolve) => child.on("exit", resolve));
    child.kill("SIGINT");
    await exited;
    rmSync(folder, { recursive: true, force: true });
}

function freePort() {
    return new Promise((resolve) => {
        const server = createServer().listen(0, "127.0.0.1", () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

async function listens(port) {
    for (const deadline = Date.now() + READY_MS_MAX; ; ) {
        const socket = connect(port, "127.0.0.1");
        const answers = await new Promise((resolve) => {
            socket.on("connect", () => resolve(true));
            socket.on("error", () => resolve(false));
        });
        socket.destroy();
        if (answers) return;
        if (Date.now() > deadline) throw new Error(`nothing listens at port ${port}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
}
