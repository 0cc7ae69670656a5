// Views of a Wasm instance's memory, made once. They die when memory grows, which any call into the core may cause:
// refresh() before looking.
export class WasmMemory {
    #memory;
    bytes;
    view;

    constructor(memory) {
        this.#memory = memory;
        this.#makeViews();
    }

    refresh() {
        if (this.bytes.byteLength === 0) this.#makeViews();
    }

    #makeViews() {
        this.bytes = new Uint8Array(this.#memory.buffer);
        this.view = new DataView(this.#memory.buffer);
    }
}
