// One packaged clang in one process: threads would share V8's book of compiled code, which in Node 24 now and then
// ends the whole program ("Check failed: jit_page_->allocations_.erase"). Messages from the parent: { keep: files }, or
// a task { args, outputs, files }, files where they are not those kept; reply:
// { ok, messages, outputs: {path: bytes} }.
import { Exit, runClang } from "@yowasp/clang";

// Loading prints its progress unless it is asked for alone, first.
const loaded = runClang(null, {}, { fetchProgress: () => {} });

let kept = {};

process.on("disconnect", () => process.exit());
process.on("message", async ({ keep, args, outputs, files = kept }) => {
    if (keep !== undefined) {
        kept = keep;
        return;
    }
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
        process.send({ ok: true, messages, outputs: found });
    } catch (error) {
        if (!(error instanceof Exit)) throw error;
        process.send({ ok: false, messages, outputs: {} });
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
