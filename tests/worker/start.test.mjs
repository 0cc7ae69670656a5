// `npm start` as a program: its options, its one line, and how it fails.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { once } from "node:events";
import { test } from "node:test";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { clientOf, runServer, startServer, temporaryFolder } from "./support.mjs";

test("one line when it is ready, nothing more until it is stopped", async (context) => {
    const server = await startServer(context);
    assert.deepEqual((await server.client.send(new ListTablesCommand({}))).TableNames, []);
    assert.equal(await server.stop(), 0);
    assert.match(server.output(), /^shvm-db serves DynamoDB at http:\/\/localhost:\d+ .*\n$/);
});

test("a port in use is one clear line", async (context) => {
    const taken = createServer().listen(0, "127.0.0.1");
    context.after(() => taken.close());
    await once(taken, "listening");
    const { port } = taken.address();
    const server = runServer(["--port", String(port), "--data", temporaryFolder(context)]);
    assert.equal(await server.exited, 1);
    assert.match(server.output(), new RegExp(`^cannot serve on port ${port} of 127.0.0.1: it is in use.*\\n$`));
});

test("a folder that cannot be written is one clear line", async (context) => {
    const file = join(temporaryFolder(context), "file");
    writeFileSync(file, "");
    const server = runServer(["--port", "0", "--data", join(file, "below")]);
    assert.equal(await server.exited, 1);
    assert.match(server.output(), /^cannot write to the data folder .*\n$/);
});

test("two servers do not share a folder, but one may follow another that was killed", async (context) => {
    const data = temporaryFolder(context);
    const first = await startServer(context, { data });
    const second = runServer(["--port", "0", "--data", data]);
    assert.equal(await second.exited, 1);
    assert.match(second.output(), /^the data folder .* is in use by process \d+.*\n$/);
    await first.kill();
    await startServer(context, { data });
});

test("a folder of another storage format is one clear line, and is left as it is", async (context) => {
    const data = temporaryFolder(context);
    const first = await startServer(context, { data });
    await first.stop();
    const file = join(data, "format");
    assert.equal(readFileSync(file, "utf8"), "2\n");
    rmSync(file);
    await (await startServer(context, { data })).stop(); // as a release that wrote no such file left it
    assert.equal(readFileSync(file, "utf8"), "2\n");
    writeFileSync(file, "1\n");
    await (await startServer(context, { data })).stop();
    assert.equal(readFileSync(file, "utf8"), "2\n");
    writeFileSync(file, "3\n");
    const held = readdirSync(data, { recursive: true });
    const second = runServer(["--port", "0", "--data", data]);
    assert.equal(await second.exited, 1);
    assert.match(second.output(), /^the data folder .* has storage format "3", and this release reads 1 to 2: .*\n$/);
    assert.deepEqual(readdirSync(data, { recursive: true }), held);
});

test("a temporary folder is gone when the server is", async (context) => {
    const memory = existsSync("/dev/shm") ? "/dev/shm" : null;
    if (memory === null) return context.skip("this system keeps no file system in memory");
    const ours = () => readdirSync(memory).filter((name) => name.startsWith("shvm-"));
    const before = new Set(ours());
    const server = runServer(["--port", "0", "--in-memory"]);
    context.after(() => server.kill());
    const client = clientOf(context, await server.ready);
    await client.send(new ListTablesCommand({}));
    const made = ours().filter((name) => !before.has(name));
    assert.equal(made.length, 1);
    assert.equal(await server.stop(), 0);
    assert.ok(!ours().includes(made[0]));
});

test("options that are wrong are one line each, and --help lists them", async () => {
    const cases = {
        "--port x": /--port takes a number/,
        "--port 65536": /--port takes a number/,
        "--layout hash:3": /--layout takes key, or hash:N/,
        "--layout hash:8192": /--layout takes key, or hash:N/,
        "--nope": /--nope/,
    };
    for (const [args, line] of Object.entries(cases)) {
        const server = runServer(args.split(" "));
        assert.equal(await server.exited, 2);
        assert.match(server.output(), line);
        assert.equal(server.output().trim().split("\n").length, 1);
    }
    const help = runServer(["--help"]);
    assert.equal(await help.exited, 0);
    for (const option of ["--port", "--host", "--data", "--in-memory", "--layout", "--quiet"]) {
        assert.ok(help.output().includes(option), option);
    }
});
