// One packaged clang in one thread. Task: { args, outputs, files }, files where they are not the thread's own; reply:
// { ok, messages, outputs: { path: bytes } }.
import { parentPort, workerData } from "node:worker_threads";
import { Exit, runClang } from "@yowasp/clang";

// Loading prints its progress unless it is asked for alone, first.
const loaded = runClang(null, {}, { fetchProgress: () => {} });

parentPort.on("message", async ({ args, outputs, files = workerData }) => {
    const decoder = new TextDecoder();
    let messages = "";
    const listen = (bytes) => {
        if (bytes !== null) messages += decoder.decode(bytes, { stream: true });
    };
    const options = { stdout: listen, stderr: listen, decodeASCII: false };
    try {
        await loaded;
        const made = await runClang(["clang", ...args], withFolders(files, outputs), options);
        const found = Object.fromEntries(outputs.map((path) => [path, at(made, path)]));
        parentPort.postMessage({ ok: true, messages, outputs: found });
    } catch (error) {
        if (!(error instanceof Exit)) throw error;
        parentPort.postMessage({ ok: false, messages, outputs: {} });
    }
});

// The compiler does not make the folders it writes into.
function withFolders(files, outputs) {
    const tree = { ...files };
    for (const path of outputs) {
        let folder = tree;
        for (const part of path.split("/").slice(0, -1)) folder = folder[part] = { ...folder[part] };
    }
    return tree;
}

function at(tree, path) {
    return path.split("/").reduce((folder, part) => folder[part], tree);
}
