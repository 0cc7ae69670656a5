// How long it takes until something answers: `npm start`, built and installed; objects that are new, that sleep on disk
// and that are awake; and how large the module is.
//
//     node bench/startup.mjs [--rounds 5] [--objects 200] [--data DIR] [--name NAME]
//
// Objects are partitions of a table in layout key, asked one after another, so these are times of one request alone.
// Leaves JSON in bench/results/ (NAME.startup.json).
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { ask, createTable } from "./client.mjs";
import { ROOT, memoryFolder } from "./folders.mjs";
import { itemOf, keyOf } from "./items.mjs";
import { Program } from "./program.mjs";
import { Results } from "./results.mjs";
import { percentile } from "./turns.mjs";

const { values } = parseArgs({
    options: {
        rounds: { type: "string", default: "5" },
        objects: { type: "string", default: "200" },
        data: { type: "string", default: memoryFolder() },
        name: { type: "string", default: "latest" },
    },
});
const OBJECTS = Number(values.objects);

await bench();

async function bench() {
    const results = new Results(values.name, "startup", { rounds: Number(values.rounds), objects: OBJECTS });
    const module = readFileSync(`${ROOT}build/shvm.wasm`);
    results.figure("module", module.length, " bytes");
    results.figure("module, compressed", gzipSync(module, { level: 9 }).length, " bytes");
    const data = mkdtempSync(join(values.data, "bench-"));
    const server = new Program({ layout: "key", data });
    try {
        const starts = [];
        const times = { "new object, PutItem": [], "sleeping object, GetItem": [], "awake object, GetItem": [] };
        for (let round = 0; round < Number(values.rounds); round++) {
            starts.push(await started(server));
            if (round === 0) await createTable(server);
            const first = round * OBJECTS;
            times["new object, PutItem"].push(...await eachOf(first, (i) => (
                ask(server, "PutItem", { TableName: "bench", Item: itemOf(i, 0) })
            )));
            await haveReported(server, first + OBJECTS);
            await server.stop();
            await server.start();
            await ask(server, "DescribeTable", { TableName: "bench" });
            // Of another attribute each time: a reply to the same read would be a kept one.
            const read = (attribute) => (i) => ask(server, "GetItem", {
                TableName: "bench", Key: keyOf(i, 0), ProjectionExpression: attribute,
            });
            times["sleeping object, GetItem"].push(...await eachOf(first, read("pk")));
            times["awake object, GetItem"].push(...await eachOf(first, read("sk")));
            await server.stop();
        }
        results.figure("npm start to its first answer", percentile(starts, 0.5), " ms");
        for (const [what, ms] of Object.entries(times)) {
            results.figure(`${what}, p50`, percentile(ms, 0.5), " ms");
            results.figure(`${what}, p99`, percentile(ms, 0.99), " ms");
        }
    } finally {
        await server.stop("SIGKILL");
        rmSync(data, { recursive: true, force: true });
    }
    results.write();
}

// Milliseconds from the command to the answer of a request.
async function started(server) {
    const since = performance.now();
    await server.start();
    await ask(server, "ListTables", {});
    return performance.now() - since;
}

// Until every object has told the table of its item, for which an alarm would wake it.
async function haveReported(server, items) {
    for (let count = 0; count !== items; ) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        count = (await ask(server, "DescribeTable", { TableName: "bench" })).Table.ItemCount;
    }
}

// Milliseconds that each took.
async function eachOf(first, work) {
    const times = [];
    for (let i = first; i < first + OBJECTS; i++) {
        const since = performance.now();
        await work(i);
        times.push(performance.now() - since);
    }
    return times;
}
