// One hot key, its data on a disk: PutItem of this project beside the bare object, 64 connections that all write the
// same item.
//
//     node bench/hot_key.mjs [--rounds 5] [--seconds 3] [--connections 64] [--data DIR] [--name NAME]
//
// Leaves JSON in bench/results/ (NAME.hot-key.json). Exit code 1 where the bound does not hold.
import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { fill } from "./client.mjs";
import { diskFolder, isInMemory } from "./folders.mjs";
import { Results } from "./results.mjs";
import { startFloor, startProject } from "./servers.mjs";
import { ratio, takeTurns } from "./turns.mjs";
import { NO_WRK, measure, wrkIsInstalled } from "./wrk.mjs";

const LAYOUTS = ["key", "hash:16"];
const TO_FLOOR_MIN = 1.5;

const { values } = parseArgs({
    options: {
        rounds: { type: "string", default: "5" },
        seconds: { type: "string", default: "3" },
        connections: { type: "string", default: "64" },
        data: { type: "string", default: diskFolder() },
        name: { type: "string", default: "latest" },
    },
});
const LOAD = {
    seconds: Number(values.seconds), connections: Number(values.connections), partitions: 1, items: 1,
};

mkdirSync(values.data, { recursive: true });
if (!wrkIsInstalled()) console.log(NO_WRK);
else if (isInMemory(values.data)) console.log("SKIP: the data would be in memory; --data takes a folder on a disk");
else await bench();

async function bench() {
    const results = new Results(values.name, "hot-key", { rounds: Number(values.rounds), ...LOAD });
    const servers = [];
    try {
        for (const layout of LAYOUTS) servers.push(await startProject(`shvm-db ${layout}`, layout, values.data));
        servers.push(await startFloor(values.data));
        for (const server of servers) await fill(server, LOAD);
        const runs = await takeTurns(servers, Number(values.rounds), (server) => measure(server, "put", LOAD));
        const floor = runs.get(servers.at(-1));
        for (const server of servers) results.runs(`put, ${server.name}`, runs.get(server));
        for (const server of servers.slice(0, -1)) {
            const toFloor = ratio(runs.get(server), floor, "rate");
            results.bound(`put, ${server.name} / bare object`, toFloor, { least: TO_FLOOR_MIN });
        }
    } finally {
        for (const server of servers) await server.stop();
    }
    results.write();
}
