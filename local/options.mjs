// The command line of `npm start`.
import { parseArgs } from "node:util";

const HASH_SLOTS_MAX = 4096; // c_src/base/limits.h

export const USAGE = `npm start -- [options]

  --port N        the port to serve on (default 8000; 0 picks a free one and prints it)
  --host ADDRESS  the address to listen at (default 127.0.0.1)
  --data DIR      where tables are kept (default .shvm)
  --in-memory     keep nothing: a temporary folder, removed at exit
  --layout L      layout of new tables: key (default), or hash:N with N a power of two up to ${HASH_SLOTS_MAX}
  --auth KEY      check signatures, made with this access key, ID:SECRET; may be repeated ("none": with no key)
  --quiet         print nothing but errors
  --help          print this

Without --auth any credentials are accepted. Ctrl-C stops the server.`;

export class UsageError extends Error {}

// { port, host, data, inMemory, layout, auth, quiet, help }. Throws UsageError with one line: what is wrong.
export function readOptions(args) {
    const { values } = parse(args);
    return {
        port: readPort(values.port),
        host: values.host,
        data: values.data,
        inMemory: values["in-memory"],
        layout: readLayout(values.layout),
        auth: values.auth.map(readKey),
        quiet: values.quiet,
        help: values.help,
    };
}

function parse(args) {
    try {
        return parseArgs({
            args,
            options: {
                port: { type: "string", default: "8000" },
                host: { type: "string", default: "127.0.0.1" },
                data: { type: "string", default: ".shvm" },
                "in-memory": { type: "boolean", default: false },
                layout: { type: "string", default: "key" },
                auth: { type: "string", multiple: true, default: [] },
                quiet: { type: "boolean", default: false },
                help: { type: "boolean", default: false },
            },
        });
    } catch (error) {
        throw new UsageError(`${error.message.split(". ")[0]} (--help lists the options)`);
    }
}

function readPort(text) {
    const port = Number(text);
    if (!/^\d+$/.test(text) || port > 65535) throw new UsageError(`--port takes a number up to 65535, not "${text}"`);
    return port;
}

function readLayout(text) {
    const slots = Number(/^hash:([1-9]\d*)$/.exec(text)?.[1]);
    const isPowerOfTwo = slots <= HASH_SLOTS_MAX && Number.isInteger(Math.log2(slots));
    if (text === "key" || isPowerOfTwo) return text;
    throw new UsageError(`--layout takes key, or hash:N with N a power of two up to ${HASH_SLOTS_MAX}, not "${text}"`);
}

// The same lines as the secret SHVM_ACCESS_KEYS (docs/operations.md); "none" is the lack of any.
function readKey(text) {
    if (text === "none") return "";
    if (/^[^:\s]+:[^:\s]+(:[^:\s]+){0,2}$/.test(text)) return text;
    throw new UsageError("--auth takes ID:SECRET, and after it :ro and :PREFIX,… if need be");
}
