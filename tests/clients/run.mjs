// Real clients against the local host, which checks their signatures: node tests/clients/run.mjs [NAME…]
// Each client is a folder with a manifest that pins its versions and one program, which creates a table, writes,
// updates under a condition, pages a query and a scan, batches until nothing is left unprocessed, and meets each error
// as a type of its own. A client whose tool chain is not here is skipped, and a line says so. What is installed for
// them goes to .cache/clients.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runServer } from "../worker/support.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const CACHE = fileURLToPath(new URL("../../.cache/clients", import.meta.url));
const KEY = { id: "CLIENTS", secret: "a/secret+of=40/characters_for_every_client" };
const MINUTES_MAX = 10;

// needs: a command that shows the tool chain is here. install: commands to be run before, in the client's folder.
const CLIENTS = {
    boto3: python("main.py"),
    awscli: { ...python(), run: ({ cache }) => ["sh", "main.sh", join(cache, "bin/aws")] },
    javascript: node(),
    go: { needs: ["go", "version"], install: () => [["go", "mod", "download"]], run: () => ["go", "run", "."] },
    java: {
        needs: ["mvn", "--version"],
        install: ({ cache }) => [["mvn", "-q", "-B", `-DbuildDirectory=${cache}`, "compile"]],
        run: ({ cache }) => ["mvn", "-q", "-B", `-DbuildDirectory=${cache}`, "exec:java"],
    },
    rust: {
        needs: ["cargo", "--version"],
        install: ({ cache }) => [["cargo", "build", "-q", "-j", "2", "--target-dir", cache]],
        run: ({ cache }) => [join(cache, "debug/client")],
    },
    pynamodb: python("main.py"),
    electrodb: node(),
    "dynamodb-toolbox": node(),
    "dynamodb-admin": node(),
};

function python(program) {
    return {
        needs: ["python3", "-c", "import venv, ensurepip"],
        install: ({ cache }) => [
            ...(existsSync(join(cache, "bin/python")) ? [] : [["python3", "-m", "venv", cache]]),
            [
                join(cache, "bin/python"), "-m", "pip", "install", "-q", "--disable-pip-version-check",
                "-r", "requirements.txt",
            ],
        ],
        run: ({ cache }) => [join(cache, "bin/python"), program],
    };
}

function node() {
    return {
        needs: ["npm", "--version"],
        install: () => [["npm", "ci", "--silent", "--no-audit", "--no-fund"]],
        run: () => [process.execPath, "main.mjs"],
    };
}

const counts = { passed: 0, failed: 0, skipped: 0 };
const server = runServer(["--port", "0", "--in-memory", "--auth", `${KEY.id}:${KEY.secret}`]);
try {
    const url = await server.ready;
    for (const name of chosenClients()) counts[await runClient(name, url)]++;
} finally {
    await server.stop();
}
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;

function chosenClients() {
    const names = process.argv.slice(2);
    const unknown = names.filter((name) => !(name in CLIENTS));
    if (unknown.length > 0) {
        throw new Error(`no client ${unknown.join(", ")}; there are ${Object.keys(CLIENTS).join(", ")}`);
    }
    return names.length > 0 ? names : Object.keys(CLIENTS);
}

// "passed", "failed" or "skipped".
async function runClient(name, url) {
    const { needs, install, run } = CLIENTS[name];
    const place = { cache: join(CACHE, name) };
    if (spawnSync(needs[0], needs.slice(1)).status !== 0) return skip(name, `${needs[0]} is not here`);
    mkdirSync(CACHE, { recursive: true });
    for (const command of install(place)) {
        const { code, output } = await execute(name, command, {});
        if (code !== 0) return skip(name, `it could not be installed: ${output.trim().split("\n").at(-1)}`);
    }
    const started = Date.now();
    const { code, output } = await execute(name, run(place), environment(name, url));
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    console.log(`${code === 0 ? "ok" : "FAILED"} ${name}: ${seconds} s`);
    if (code !== 0) console.log(output);
    return code === 0 ? "passed" : "failed";
}

function skip(name, why) {
    console.log(`SKIP ${name}: ${why}`);
    return "skipped";
}

function environment(name, url) {
    return {
        SHVM_ENDPOINT: url,
        SHVM_TABLE: `client-${name}`,
        AWS_ACCESS_KEY_ID: KEY.id,
        AWS_SECRET_ACCESS_KEY: KEY.secret,
        AWS_REGION: "us-east-1",
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_EC2_METADATA_DISABLED: "true",
    };
}

// Ends a command that takes too long.
async function execute(name, [program, ...args], variables) {
    const child = spawn(program, args, {
        cwd: join(HERE, name), env: { ...process.env, ...variables }, stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    const timer = setTimeout(() => child.kill("SIGKILL"), MINUTES_MAX * 60_000);
    const code = await new Promise((resolve) => {
        child.on("error", () => resolve(-1));
        child.on("close", resolve);
    });
    clearTimeout(timer);
    return { code, output };
}
