// The Worker while another release is about: an object hears a message of the next version where the message or the
// object's name holds "asksnew" and its role, and answers in the next version where it holds "saysnew" and its role.
// POST /raw/BINDING/NAME sends its body to an object as it is. tests/worker/versions.test.mjs runs it.
import { Action, CallMode, responseOf } from "../../worker/envelope.js";
import { forwardedMessage } from "../../worker/forwarded.js";
import worker, {
    Catalog as RealCatalog, Directory as RealDirectory, Partition as RealPartition, Table as RealTable,
} from "../../worker/index.js";

const RESULT_VERSION_AT = 5; // in a reply: action kind, length

function overlapping(Real, role) {
    return class extends Real {
        async run(mode, message) {
            const said = this.ctx.id.name + new TextDecoder("latin1").decode(message);
            const reply = await super.run(mode, said.includes(`asksnew${role}`) ? withNextAt(message, 0) : message);
            const isResult = reply[0] === Action.REPLY;
            return isResult && said.includes(`saysnew${role}`) ? withNextAt(reply, RESULT_VERSION_AT) : reply;
        }

        async fetch(request) {
            return responseOf(await this.run(CallMode.READ, await forwardedMessage(request)));
        }
    };
}

function withNextAt(bytes, at) {
    const copy = bytes.slice();
    copy[at]++;
    return copy;
}

export const Partition = overlapping(RealPartition, "partition");
export const Table = overlapping(RealTable, "table");
export const Directory = overlapping(RealDirectory, "directory");
export const Catalog = overlapping(RealCatalog, "catalog");

export default {
    async fetch(request, env, ctx) {
        const { pathname } = new URL(request.url);
        if (!pathname.startsWith("/raw/")) return worker.fetch(request, env, ctx);
        const [binding, ...name] = pathname.slice("/raw/".length).split("/");
        const message = new Uint8Array(await request.arrayBuffer());
        return new Response(await env[binding].getByName(name.join("/")).run(CallMode.WRITE, message));
    },
};
