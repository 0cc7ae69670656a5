// What signature checks, metrics and checksums cost together: this project with all of them, beside itself without
// signature checks, and beside a copy that neither checks signatures nor counts nor adds up (stripped.mjs). All get the
// same signed requests. Two processes of the same program differ by more than what is looked for, so that all are
// started anew several times.
//
//     node bench/checks.mjs [--starts 6] [--rounds 4] [--seconds 1] [--connections 16] [--name NAME]
//
// Leaves JSON in bench/results/ (NAME.checks.json). Exit code 1 where the bound does not hold.
import { parseArgs } from "node:util";
import { fill } from "./client.mjs";
import { memoryFolder } from "./folders.mjs";
import { Results } from "./results.mjs";
import { startProject } from "./servers.mjs";
import { strippedTree } from "./stripped.mjs";
import { ratio, takeTurns } from "./turns.mjs";
import { NO_WRK, measure, wrkIsInstalled } from "./wrk.mjs";

const OPERATIONS = ["getnew", "put", "query"];
const LAYOUT = "hash:16";
const KEY = { id: "bench", secret: "bench-secret" };
const COST_PERCENT_MAX = 5; // of processor time

const { values } = parseArgs({
    options: {
        starts: { type: "string", default: "6" },
        rounds: { type: "string", default: "4" },
        seconds: { type: "string", default: "1" },
        connections: { type: "string", default: "16" },
        name: { type: "string", default: "latest" },
    },
});
const LOAD = { seconds: Number(values.seconds), connections: Number(values.connections), partitions: 64, items: 200 };

if (wrkIsInstalled()) await bench();
else console.log(NO_WRK);

async function bench() {
    const starts = Number(values.starts), rounds = Number(values.rounds);
    const results = new Results(values.name, "checks", { starts, rounds, ...LOAD });
    const stripped = strippedTree();
    const variants = [
        { name: "with all", root: undefined, options: { auth: [`${KEY.id}:${KEY.secret}`] } },
        { name: "without signature checks", root: undefined, options: {} },
        { name: "without all three", root: stripped.root, options: {} },
    ];
    const noRuns = () => Object.fromEntries(variants.map(({ name }) => [name, []]));
    const runs = Object.fromEntries(OPERATIONS.map((operation) => [operation, noRuns()]));
    try {
        for (let start = 0; start < starts; start++) {
            await measureStart(variants, start % variants.length, rounds, runs);
        }
    } finally {
        stripped.remove();
    }
    for (const operation of OPERATIONS) report(results, operation, runs[operation]);
    results.write();
}

// Adds to runs[operation][variant's name]. first: which variant is started first, should that matter.
async function measureStart(variants, first, rounds, runs) {
    const servers = [];
    try {
        for (const { name, root, options } of [...variants.slice(first), ...variants.slice(0, first)]) {
            servers.push({ ...(await startProject(name, LAYOUT, memoryFolder(), root, options)), key: KEY });
        }
        for (const server of servers) await fill(server, LOAD);
        for (const operation of OPERATIONS) {
            const taken = await takeTurns(servers, rounds, (server) => measure(server, operation, LOAD));
            for (const server of servers) runs[operation][server.name].push(...taken.get(server));
        }
    } finally {
        for (const server of servers) await server.stop();
    }
}

function report(results, operation, runs) {
    for (const [name, own] of Object.entries(runs)) results.runs(`${operation}, ${name}`, own);
    const [all, unchecked, none] = Object.values(runs);
    const cost = (of, others) => (ratio(of, others, "cpu") - 1) * 100;
    results.figure(`${operation}, cost of signature checks`, cost(all, unchecked), " %");
    results.bound(`${operation}, cost of all three`, cost(all, none), { most: COST_PERCENT_MAX }, " %");
}
