// Runs one C test program inside Wasm: wasm_unit.mjs build/wasm-tests/NAME.wasm, from the repository's root.
import { readFileSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

const path = process.argv[2];
const module = new WebAssembly.Module(readFileSync(path));
let exports = null;
const bytes = (address, len) => new Uint8Array(exports.memory.buffer, address, len);

const provided = {
    host_crc32: (address, len) => crc32(bytes(address, len)),
    test_print: (text, len) => writeSync(1, bytes(text, len)),
    test_read_file(name, nameLen, buffer, cap) {
        try {
            const content = readFileSync(new TextDecoder().decode(bytes(name, nameLen)));
            bytes(buffer, cap).set(content.subarray(0, cap));
            return content.length;
        } catch {
            return -1;
        }
    },
};
// What the module imports beyond that belongs to the SQL host, which unit tests have none of.
const env = {};
for (const { name } of WebAssembly.Module.imports(module)) {
    env[name] = provided[name] ?? (() => {
        throw new Error(`${path} called ${name}, which no unit test provides`);
    });
}

exports = new WebAssembly.Instance(module, { env }).exports;
exports._initialize();
process.exitCode = exports.test_main();
