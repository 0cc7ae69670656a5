// This project as `npm start` serves it: a program of its own that can be killed, and started again over the same data.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { ROOT } from "./folders.mjs";

export class Program {
    name = "shvm-db";
    kind = "dynamodb";
    url = null;
    #command;
    #child = null;

    // descriptors: how many files it may have open, where there is to be a limit.
    constructor({ layout, descriptors, data }) {
        const limit = descriptors === undefined ? "" : `ulimit -n ${descriptors}; `;
        this.#command = `${limit}exec sh local/start --port 0 --data ${data} --layout ${layout}`;
        this.data = data;
    }

    async start() {
        this.#child = spawn("sh", ["-c", this.#command], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
        this.url = await readUrl(this.#child);
    }

    async stop(signal = "SIGTERM") {
        if (this.#child === null) return;
        this.#child.kill(signal);
        await once(this.#child, "exit");
        this.#child = null;
    }

    async restart() {
        await this.stop("SIGKILL");
        await this.start();
    }
}

async function readUrl(child) {
    for await (const line of createInterface({ input: child.stdout })) {
        const match = /http:\/\/\S+/.exec(line);
        if (match !== null) return match[0].replace("localhost", "127.0.0.1");
    }
    throw new Error("the server did not start");
}
