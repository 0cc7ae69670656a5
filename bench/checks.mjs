// What signature checks, metrics and checksums cost together: this project with all of them, beside itself without
// signature checks, and beside a copy that neither checks signatures nor counts nor adds up (stripped.mjs). All get the
// same signed requests.
//
//     node bench/checks.mjs [--rounds 9] [--seconds 3] [--connections 16] [--name NAME]
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
        rounds: { type: "string", default: "9" },
        seconds: { type: "string", default: "3" },
        connections: { type: "string", default: "16" },
        name: { type: "string", default: "latest" },
    },
});
const LOAD = { seconds: Number(values.seconds), connections: Number(values.connections), partitions: 64, items: 200 };

if (wrkIsInstalled()) await bench();
else console.log(NO_WRK);

async function bench() {
    const results = new Results(values.name, "checks", { rounds: Number(values.rounds), ...LOAD });
    const stripped = strippedTree();
    const servers = [];
    try {
        const start = async (name, root, options) => {
            servers.push({ ...(await startProject(name, LAYOUT, memoryFolder(), root, options)), key: KEY });
        };
        await start("with all", undefined, { auth: [`${KEY.id}:${KEY.secret}`] });
        await start("without signature checks", undefined, {});
        await start("without all three", stripped.root, {});
        for (const server of servers) await fill(server, LOAD);
        for (const operation of OPERATIONS) await measureAll(results, servers, operation);
    } finally {
        for (const server of servers) await server.stop();
        stripped.remove();
    }
    results.write();
}

async function measureAll(results, servers, operation) {
    const runs = await takeTurns(servers, Number(values.rounds), (server) => measure(server, operation, LOAD));
    for (const server of servers) results.runs(`${operation}, ${server.name}`, runs.get(server));
    const [all, unchecked, none] = servers.map((server) => runs.get(server));
    const cost = (runs, others) => (ratio(runs, others, "cpu") - 1) * 100;
    results.figure(`${operation}, cost of signature checks`, cost(all, unchecked), " %");
    results.bound(`${operation}, cost of all three`, cost(all, none), { most: COST_PERCENT_MAX }, " %");
}
