// `npm run dump -- TABLE > file`: a whole table as lines of DynamoDB JSON, by a parallel Scan through the public API.
import { once } from "node:events";
import { DescribeTableCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { Progress, State, connect, itemToLine, readCommandLine, readCount } from "./client.mjs";

const USAGE = `npm run --silent dump -- TABLE [options] > FILE

  --endpoint URL  the server (default $DYNAMODB_ENDPOINT or http://localhost:8000)
  --segments N    segments that are scanned in parallel (default 4)
  --state FILE    remember how far the dump came; run again with the same file, appending (>>), to go on from there.
                  The page that was being written when it broke off comes out twice, which a load does not mind
  --help          print this`;

const options = readCommandLine(USAGE, { segments: { type: "string", default: "4" } });
const segments = readCount(options, "segments", 1000);
const client = connect(options.endpoint);
try {
    await dump();
} catch (error) {
    console.error(`dump of ${options.table}: ${error.message}`);
    process.exitCode = 1;
}

async function dump() {
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName: options.table }));
    const state = new State(options.state, { table: options.table, segments: Array(segments).fill(null) });
    if (state.value.table !== options.table || state.value.segments.length !== segments) {
        throw new Error(`${options.state} belongs to another table or another number of segments`);
    }
    const progress = new Progress("dumped", table.ItemCount);
    await Promise.all(state.value.segments.map((_, segment) => dumpSegment(segment, state, progress)));
    progress.finish();
}

// A segment's state is null (not begun), { from: LastEvaluatedKey } or { done: true }.
async function dumpSegment(segment, state, progress) {
    while (state.value.segments[segment]?.done !== true) {
        const from = state.value.segments[segment]?.from;
        const page = await client.send(new ScanCommand({
            TableName: options.table,
            ConsistentRead: true,
            Segment: segment,
            TotalSegments: segments,
            ExclusiveStartKey: from === undefined ? undefined : JSON.parse(from, reviveBinary),
        }));
        const lines = page.Items.map((item) => itemToLine(item) + "\n").join("");
        if (lines.length > 0 && !process.stdout.write(lines)) await once(process.stdout, "drain");
        progress.add(page.Items.length);
        const next = page.LastEvaluatedKey;
        const isLast = next === undefined;
        state.value.segments[segment] = isLast ? { done: true } : { from: JSON.stringify(next, keepBinary) };
        state.save();
    }
}

// Binary keys inside the state file.
function keepBinary(name, value) {
    return name === "B" ? Buffer.from(Object.values(value)).toString("base64") : value;
}

function reviveBinary(name, value) {
    return name === "B" ? new Uint8Array(Buffer.from(value, "base64")) : value;
}
