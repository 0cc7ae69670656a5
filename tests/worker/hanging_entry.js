// The Worker with objects that never answer: those whose name, or whose message, holds the word; and directories that
// never register a key with another word. Requests that ask for their story are answered: they take another method.
// tests/worker/deadlines and tests/worker/queues run it.
import { Directory as RealDirectory, Partition as RealPartition, Table as RealTable } from "../../worker/index.js";
import { forwardedMessage } from "../../worker/forwarded.js";

export { Catalog, default } from "../../worker/index.js";

const WORD = "neveranswers";
const DIRECTORY_WORD = "neverregisters";

function hanging(Real, words = [WORD]) {
    return class extends Real {
        run(mode, message) {
            return this.#hangs(message) ? never() : super.run(mode, message);
        }

        async fetch(request) {
            return this.#hangs(await forwardedMessage(request.clone())) ? never() : super.fetch(request);
        }

        #hangs(message) {
            const said = this.ctx.id.name + new TextDecoder("latin1").decode(message);
            return words.some((word) => said.includes(word));
        }
    };
}

// A timer that is far away: without one the runtime would see that nothing can ever happen, and end the request itself.
function never() {
    return new Promise((resolve) => setTimeout(resolve, 1_000_000_000));
}

export const Partition = hanging(RealPartition);
export const Table = hanging(RealTable);
export const Directory = hanging(RealDirectory, [WORD, DIRECTORY_WORD]);
