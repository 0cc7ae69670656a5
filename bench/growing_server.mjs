import { createTable, putAll } from "./client.mjs";
import { memoryFolder } from "./folders.mjs";
import { itemOf } from "./items.mjs";
import { startProject } from "./servers.mjs";

// A server whose table has what the last call of become() asked for. It goes on with the items it has where those are
// the first of what is wanted; otherwise another one takes its place.
export class GrowingServer {
    server = null;
    #has = null;

    async become(wanted) {
        const has = this.#has;
        const grows = has !== null && has.layout === wanted.layout && has.bytes === wanted.bytes
            && (has.partitions === 1 && wanted.partitions === 1 || has.items === wanted.items);
        if (!grows) {
            await this.stop();
            this.server = await startProject(wanted.layout, wanted.layout, memoryFolder());
            await createTable(this.server);
        }
        const { partitions, items, bytes } = wanted;
        const first = grows ? has.partitions * has.items : 0;
        await putAll(this.server, first, partitions * items, (i) => itemOf(Math.floor(i / items), i % items, bytes));
        this.#has = wanted;
    }

    async stop() {
        await this.server?.stop();
        this.server = null;
    }
}
