// The instrument itself: DynamoDB Local against DynamoDB Local must show no difference, and each of these faults, put
// between by a proxy, must be found and shrunk to a handful of requests.
//   node tests/oracle/self_test.mjs [--requests N]
import http from "node:http";
import { readOptions } from "../options.mjs";
import { makeGroup, runSteps } from "./campaign.mjs";
import { canonical } from "./compare.mjs";
import { reasonToSkip, startDynamoDbLocal } from "./dynamodb_local.mjs";
import { Random } from "./random.mjs";
import { OPERATION_NAMES } from "./requests.mjs";
import { shrink } from "./shrink.mjs";
import { Endpoint } from "./wire.mjs";

const options = readOptions({ requests: 2000 });
const SEED = 20;
const GROUPS_MAX = 150;
const SHRINK_TRIES = 400;
const PLAN = {
    operations: OPERATION_NAMES.filter((name) => !name.startsWith("Transact")),
    indexes: false,
    legacy: true,
};

/** Faults: `spoil` changes an answer's body in place, or gives an answer that stands for the server's own. */
const FAULTS = [
    {
        name: "an attribute is lost",
        steps: 2,
        spoil: ({ operation, body }) => {
            if (operation === "GetItem" && body.Item?.z && body.Item.s) delete body.Item.z;
        },
    },
    {
        name: "a page is the last too early",
        steps: 4,
        spoil: ({ operation, body }) => {
            if (operation === "Query" && body.Count === 2) delete body.LastEvaluatedKey;
        },
    },
    {
        name: "a write is forgotten",
        steps: 2,
        instead: ({ operation, request }) => operation === "PutItem" && request.Item?.bs && request.Item.l && {},
    },
    {
        name: "a text is cut",
        steps: 1,
        spoil: ({ body }) => {
            if (/Syntax error/.test(body.Message ?? ""))
                body.Message = body.Message.replace(/near: ".*"/, 'near: "x"');
        },
    },
    {
        name: "an exception has another name",
        steps: 1,
        spoil: ({ body }) => {
            if (/redundant parentheses/.test(body.Message ?? "")) body.__type = "x#SerializationException";
        },
    },
    {
        name: "large writes cost too much",
        steps: 2,
        spoil: ({ operation, body }) => {
            if (operation === "PutItem" && body.ConsumedCapacity?.CapacityUnits > 3)
                body.ConsumedCapacity.CapacityUnits++;
        },
    },
    {
        name: "a number loses a digit",
        steps: 2,
        spoil: ({ body }) => {
            if (body.Item?.n?.N?.length > 30) body.Item.n.N = body.Item.n.N.slice(0, -1);
        },
    },
];

/** A server that hands requests on to `url` and lets the fault of the moment change what comes back. */
async function startProxy(url) {
    const proxy = { fault: null };
    const behind = new Endpoint(url);
    const server = http.createServer(async (request, reply) => {
        const parts = [];
        for await (const part of request) parts.push(part);
        const bytes = Buffer.concat(parts);
        const operation = request.headers["x-amz-target"].replace(/^.*\./, "");
        const { status, text } = await answerOf(proxy.fault, behind, operation, bytes);
        reply.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(text);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    proxy.url = `http://127.0.0.1:${server.address().port}`;
    proxy.stop = () => {
        behind.close();
        server.close();
        server.closeAllConnections();
    };
    return proxy;
}

async function answerOf(fault, behind, operation, bytes) {
    const instead = fault?.instead?.({ operation, request: JSON.parse(bytes) });
    if (instead) return { status: 200, text: JSON.stringify(instead) };
    const { status, text } = await behind.post(operation, bytes);
    // Our side must speak in canonical numbers, which DynamoDB Local does not always do.
    const body = canonical(JSON.parse(text));
    fault?.spoil?.({ operation, body });
    return { status, text: JSON.stringify(body) };
}

async function firstFailure(servers, groupsMax, requestsMax = Infinity) {
    let sent = 0;
    for (let number = 0; number < groupsMax && sent < requestsMax; number++) {
        const { table, steps } = makeGroup(new Random(SEED).fork(number), PLAN);
        const failure = await runSteps(servers, table, steps, { onAnswer: () => sent++ });
        if (failure) return { table, failure, sent };
    }
    return { failure: null, sent };
}

async function checkFault(servers, fault) {
    const { table, failure, sent } = await firstFailure(servers, GROUPS_MAX);
    if (!failure) return `not found in ${sent} requests`;
    const small = await shrink(servers, table, failure, SHRINK_TRIES);
    const requests = small.steps.map(({ operation, request }) => `${operation} ${JSON.stringify(request)}`);
    if (small.steps.length > fault.steps)
        return `only shrunk to ${small.steps.length} steps:\n${requests.join("\n")}`;
    console.log(
        `ok      ${fault.name}: found after ${sent} requests, shrunk to\n          ${requests.join("\n          ")}`,
    );
    return null;
}

async function main() {
    const reason = reasonToSkip();
    if (reason) {
        console.log(`SKIPPED: self-test of the differential test: ${reason}\n0 passed, 0 failed, 1 skipped`);
        return;
    }
    const [one, two] = await Promise.all([startDynamoDbLocal(), startDynamoDbLocal()]);
    const proxy = await startProxy(one.url);
    const servers = { ours: new Endpoint(proxy.url, "proxy"), theirs: new Endpoint(two.url, "theirs") };
    let failed = 0;
    const note = (name, problem) => {
        if (!problem) return;
        failed++;
        console.log(`FAILED  ${name}: ${problem}`);
    };
    try {
        const { failure, sent } = await firstFailure(servers, Infinity, options.requests);
        note("against itself", failure && JSON.stringify(failure.found));
        if (!failure) console.log(`ok      against itself: ${sent} requests without a difference`);
        for (const fault of FAULTS) {
            proxy.fault = fault;
            note(fault.name, await checkFault(servers, fault));
        }
    } finally {
        for (const endpoint of Object.values(servers)) endpoint.close();
        proxy.stop();
        await Promise.all([one.stop(), two.stop()]);
    }
    console.log(`${FAULTS.length + 1 - failed} passed, ${failed} failed`);
    if (failed > 0) process.exitCode = 1;
}

await main();
