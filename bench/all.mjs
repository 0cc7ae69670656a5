// npm run bench:all: every bench in turn, and README's figures from what they leave.
import { spawn, spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { reasonToSkip, startDynamoDbLocal } from "../tests/oracle/dynamodb_local.mjs";
import { ROOT } from "./folders.mjs";
import { README_NAME, writeReadme } from "./readme.mjs";
import { isNamed } from "./wanted.mjs";

const USAGE = `npm run bench:all -- [options]

  --quick            small sizes and one short round of each, into bench/results/quick.*; README stays as it is
  --only A,B         of operations,hot-key,checks,startup,growth,indexes,scale,ycsb (all)
  --peer NAME=URL    another server of DynamoDB's API, for operations; may be repeated. DynamoDB Local takes part
                     where it can run here

A section of README is written when all its benches have left results, now or before.`;

const DYNAMODB_LOCAL = "DynamoDB Local";
const ONE_ROUND = ["--rounds", "1", "--seconds", "1"];
const SMALL = ["--share", "0.01"];

// Arguments: of the whole, and of a quick look.
const BENCHES = {
    "operations": { program: "run.mjs", full: [], quick: ONE_ROUND },
    "hot-key": { program: "hot_key.mjs", full: [], quick: ONE_ROUND },
    "checks": { program: "checks.mjs", full: [], quick: ["--starts", "1", ...ONE_ROUND] },
    "startup": { program: "startup.mjs", full: [], quick: ["--rounds", "1", "--objects", "20"] },
    "growth": { program: "growth.mjs", full: [], quick: [...ONE_ROUND, ...SMALL] },
    "indexes": { program: "indexes.mjs", full: [], quick: [...ONE_ROUND, ...SMALL] },
    "scale": {
        program: "scale.mjs", full: ["hash", "key-limited", "delete"], quick: ["hash", "key-limited", ...SMALL],
    },
    "ycsb": {
        program: "ycsb.mjs",
        full: ["--records", "10000", "--operations", "30000"],
        quick: ["--records", "200", "--operations", "2000", "--rounds", "1"],
    },
};

const { values } = parseArgs({
    options: {
        quick: { type: "boolean", default: false },
        only: { type: "string", default: Object.keys(BENCHES).join(",") },
        peer: { type: "string", multiple: true, default: [] },
        help: { type: "boolean", default: false },
    },
});
const NAME = values.quick ? "quick" : README_NAME;

if (values.help) console.log(USAGE);
else await benchAll(values.only.split(","));

async function benchAll(names) {
    const unknown = names.filter((name) => !(name in BENCHES));
    if (unknown.length > 0) throw new Error(`no bench is called ${unknown.join(", ")}`);
    if (spawnSync("./build.sh", { cwd: ROOT, stdio: "inherit" }).status !== 0) throw new Error("the build failed");
    const lines = [];
    for (const name of names) {
        const started = performance.now();
        const code = name === "operations" ? await runBesidePeers() : await run(name, []);
        const minutes = (performance.now() - started) / 60_000;
        lines.push(`${name.padEnd(12)} ${minutes.toFixed(1)} minutes${code === 0 ? "" : `, exit code ${code}`}`);
        if (code !== 0) process.exitCode = 1;
    }
    console.log(lines.join("\n"));
    writeReadme(NAME);
}

async function runBesidePeers() {
    const peers = [...values.peer];
    let stop = () => {};
    if (!peers.some((peer) => isNamed(peer.split("=")[0], DYNAMODB_LOCAL))) {
        const reason = reasonToSkip();
        if (reason !== null) {
            console.log(`SKIP ${DYNAMODB_LOCAL}: ${reason}`);
        } else {
            const server = await startDynamoDbLocal();
            stop = server.stop;
            peers.push(`${DYNAMODB_LOCAL}=${server.url}`);
        }
    }
    try {
        return await run("operations", peers.flatMap((peer) => ["--peer", peer]));
    } finally {
        await stop();
    }
}

// Resolves to its exit code, or the signal that ended it.
function run(name, more) {
    const { program, full, quick } = BENCHES[name];
    const args = [`bench/${program}`, ...(values.quick ? quick : full), "--name", NAME, ...more];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: "inherit" });
    return new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
}
