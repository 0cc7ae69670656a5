// A disk that fills up: writes are refused clearly, reads go on, and when there is room again so do writes; nothing
// acknowledged is lost, not even by a kill while the disk is full.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTable, post, start } from "./server.mjs";

const DISK_MB = 48;
const BALLAST_MB = 12;
const ITEM_BYTES = 100_000;
const ITEMS_MAX = DISK_MB * 10;

// What it says starts with "SKIP" where no small disk can be mounted.
export async function fullDisk() {
    const disk = mkdtempSync(join(tmpdir(), "test-shvm-disk-"));
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "shvm", disk], { encoding: "utf8" });
    if (mounted.status !== 0) {
        rmSync(disk, { recursive: true });
        return `SKIP: no small disk can be mounted here (${mounted.stderr?.trim() || mounted.error?.message})`;
    }
    try {
        return await onDisk(disk);
    } finally {
        spawnSync("umount", ["-l", disk]);
        rmSync(disk, { recursive: true });
    }
}

async function onDisk(disk) {
    const ballast = join(disk, "ballast");
    const data = join(disk, "data");
    writeFileSync(ballast, Buffer.alloc(BALLAST_MB << 20));
    mkdirSync(data);
    let server = await start(data);
    try {
        await createTable(server.url, "hash:2");
        const acknowledged = await fill(server.url);
        await reads(server.url, acknowledged, "on the full disk");
        await server.kill();
        rmSync(ballast);
        server = await start(data);
        await reads(server.url, acknowledged, "after a kill");
        const reply = await put(server.url, "again");
        if (reply.status !== 200) throw new Error(`with room again PutItem answers ${reply.status} ${reply.text}`);
        return `${acknowledged.length} items of ${ITEM_BYTES / 1000} KB until it was full, all there after a kill`;
    } finally {
        await server.kill();
    }
}

// Until a write is refused; the keys that were acknowledged.
async function fill(url) {
    const acknowledged = [];
    for (let i = 0; i < ITEMS_MAX; i++) {
        const reply = await put(url, `k${i}`);
        if (reply.status === 200) acknowledged.push(`k${i}`);
        else if (reply.json?.__type?.endsWith("InternalServerError")) return acknowledged;
        else throw new Error(`on a full disk PutItem answers ${reply.status} ${reply.text}`);
    }
    throw new Error("the disk was never full");
}

function put(url, key) {
    const item = { pk: { S: key }, sk: { N: "1" }, fill: { S: key.padEnd(ITEM_BYTES, "x") } };
    return post(url, "PutItem", { TableName: "crash", Item: item });
}

async function reads(url, keys, when) {
    for (const key of keys) {
        const reply = await post(url, "GetItem", { TableName: "crash", Key: { pk: { S: key }, sk: { N: "1" } } });
        if (reply.json?.Item?.fill?.S !== key.padEnd(ITEM_BYTES, "x")) {
            throw new Error(`${when} ${key} reads ${reply.status} ${reply.text.slice(0, 200)}`);
        }
    }
}
