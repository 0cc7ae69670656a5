// Where objects are: the deployment's jurisdiction and location hint go with every stub, and nothing does without them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callAll, forward } from "../../worker/calls.js";
import { Action, AnswerStatus, CallMode, REPLY_STATUS, Role } from "../../worker/envelope.js";

const BINDINGS = ["PARTITION", "TABLE", "DIRECTORY", "CATALOG"];
const NAME = "v1/c";
const MESSAGE = new Uint8Array(4096); // too long for a URL (worker/forwarded.js), whose alphabet not every Node knows

// Bindings that note the arguments of every stub.
function placedEnv(variables) {
    const stubs = [];
    const reply = Uint8Array.of(Action.REPLY, 0, 0, 0, 0);
    const namespace = (binding, jurisdiction) => ({
        jurisdiction: (name) => namespace(binding, name),
        getByName: (...args) => {
            stubs.push([binding, jurisdiction, ...args]);
            return { run: async () => reply, fetch: async () => new Response(reply, { status: REPLY_STATUS }) };
        },
    });
    const env = { ...variables, ...Object.fromEntries(BINDINGS.map((binding) => [binding, namespace(binding, null)])) };
    return { env, stubs };
}

const CASES = [
    [{}, [null, NAME]],
    [{ SHVM_JURISDICTION: "", SHVM_LOCATION_HINT: "" }, [null, NAME]],
    [{ SHVM_JURISDICTION: "eu" }, ["eu", NAME]],
    [{ SHVM_LOCATION_HINT: "weur" }, [null, NAME, { locationHint: "weur" }]],
    [{ SHVM_JURISDICTION: "eu", SHVM_LOCATION_HINT: "eeur" }, ["eu", NAME, { locationHint: "eeur" }]],
];

for (const [variables, expected] of CASES) {
    test(`stubs with ${JSON.stringify(variables)}`, async () => {
        const { env, stubs } = placedEnv(variables);
        const until = Date.now() + 10_000;
        for (const role of [Role.PARTITION, Role.TABLE, Role.DIRECTORY, Role.CATALOG]) {
            for (const mode of [CallMode.READ, CallMode.WRITE]) {
                const action = { role, mode, name: NAME, message: MESSAGE };
                const [answer] = await callAll(env, [action], null, until, {});
                assert.equal(answer.status, AnswerStatus.OK);
                assert.equal((await forward(env, action, null, null, until)).answer.status, AnswerStatus.OK);
            }
        }
        assert.deepEqual(stubs, BINDINGS.flatMap((binding) => new Array(4).fill([binding, ...expected])));
    });
}
