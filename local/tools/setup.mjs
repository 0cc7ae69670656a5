// Brings npm's packages up to date with the lock file and prints the path of a Node that is new enough for them.
// Runs on any Node from 20 on, with nothing installed: everything else starts with this.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const NODE_MIN = [22, 12]; // what the pinned wrangler asks for

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));
installPackages();
process.stdout.write(findNode() + "\n");

function installPackages() {
    const stamp = "node_modules/.installed";
    const wanted = createHash("sha256")
        .update(readFileSync("package.json"))
        .update(readFileSync("package-lock.json"))
        .digest("hex");
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
    console.error("installing npm packages (once)");
    const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
        stdio: ["ignore", 2, 2],
    });
    if (npm.status !== 0) fail("npm ci failed: see above");
    writeFileSync(stamp, wanted);
}

// The pinned Node where its package was installed, else the running one.
function findNode() {
    for (const path of ["node_modules/.bin/node", process.execPath]) {
        const run = spawnSync(path, ["-p", "process.versions.node"], { encoding: "utf8" });
        if (run.status !== 0) continue;
        const [major, minor] = run.stdout.trim().split(".").map(Number);
        if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return path;
    }
    return fail(`Node ${NODE_MIN.join(".")} or newer is needed here; this one is ${process.versions.node}`);
}

function fail(message) {
    console.error(message);
    process.exit(1);
}
