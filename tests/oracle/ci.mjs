// Facts and differential test against servers of its own, one for each layout:
//   node tests/oracle/ci.mjs [--requests 20000] [--seed S] [-- OPTIONS of differential.mjs]
// The requests are shared out among the layouts. Without --seed each run takes another; its line says which.
import { spawn, spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import { readOptions } from "../options.mjs";
import { runServer } from "../worker/support.mjs";

const LAYOUTS = ["key", "hash:16"];

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));
const options = readOptions({ requests: 20000, seed: randomInt(1, 2 ** 31) }, { allowPositionals: true });
const { seed, positionals } = options;
const total = { passed: 0, failed: 0, skipped: 0 };

if (spawnSync("./build.sh", { stdio: "inherit" }).status !== 0) total.failed++;
else for (const layout of LAYOUTS) await checkLayout(layout);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

async function checkLayout(layout) {
    const server = runServer(["--port", "0", "--in-memory", "--layout", layout]);
    const requests = Math.ceil(options.requests / LAYOUTS.length);
    try {
        const url = await server.ready;
        console.log(`--- facts, layout ${layout}`);
        await runCounted(["tests/oracle/facts.mjs", "--endpoint", url]);
        console.log(`--- differential test, layout ${layout}, seed ${seed}`);
        const choices = ["--endpoint", url, "--requests", String(requests), "--seed", String(seed), ...positionals];
        await runCounted(["tests/oracle/differential.mjs", ...choices]);
    } finally {
        await server.stop();
    }
}

// Lets a program's output through and adds what its last line counts. One that ends badly without having counted a
// failure is a failure.
async function runCounted(args) {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
        process.stdout.write(chunk);
        output = (output + chunk).slice(-1000);
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    const counts = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/m.exec(output.trim().split("\n").at(-1));
    const [passed, failed, left] = (counts ?? []).slice(1).map((count) => Number(count ?? 0));
    total.passed += passed ?? 0;
    total.failed += failed || (code === 0 && counts ? 0 : 1);
    total.skipped += left ?? 0;
}
