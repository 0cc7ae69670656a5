// What a bench says and leaves behind: lines as it goes, and at the end bench/results/NAME.BENCH.json,
// { conditions, figures: { what: number }, bounds: [{ what, value, wanted, holds }], … }. Where a bound does not hold,
// the program's exit code is 1.
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { RESULTS } from "./folders.mjs";
import { medians } from "./turns.mjs";

const WHAT_COLUMNS = 58;

export class Results {
    #path;
    #figures = {};
    #bounds = [];

    constructor(name, bench, conditions = {}) {
        this.#path = `${RESULTS}${name}.${bench}`;
        this.conditions = { processors: availableParallelism(), ...conditions };
        console.log(`## ${bench}`);
    }

    line(what, text) {
        console.log(`${what.padEnd(WHAT_COLUMNS)} ${text}`);
    }

    // unit: what the number is followed by where it is printed.
    figure(what, value, unit = "") {
        this.#figures[what] = value;
        this.line(what, `${shown(value)}${unit}`);
    }

    // Of one contestant (turns.mjs).
    runs(what, runs) {
        const { rate, cpu, p50, p99 } = medians(runs);
        Object.assign(this.#figures, { [`${what}, requests/s`]: rate, [`${what}, p99 ms`]: p99 });
        if (cpu !== null) this.#figures[`${what}, µs of processor time`] = cpu;
        const processor = cpu === null ? "     ?" : cpu.toFixed(0).padStart(6);
        const times = `p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms`;
        this.line(what, `${rate.toFixed(0).padStart(7)}/s ${processor} µs CPU  ${times}`);
    }

    // limit: { least } or { most } or { exactly }.
    bound(what, value, limit, unit = "") {
        const { least = -Infinity, most = Infinity, exactly = value } = limit;
        const holds = value >= least && value <= most && value === exactly;
        const sign = "least" in limit ? "≥" : "most" in limit ? "≤" : "=";
        const wanted = `${sign} ${Object.values(limit)[0]}${unit}`;
        if (!holds) process.exitCode = 1;
        this.#figures[what] = value;
        this.#bounds.push({ what, value, wanted, holds });
        this.line(what, `${`${shown(value)}${unit}`.padEnd(12)} ${wanted}${holds ? "" : ": MISSED"}`);
    }

    write(more = {}) {
        const content = { conditions: this.conditions, figures: this.#figures, bounds: this.#bounds, ...more };
        this.writeFile("json", JSON.stringify(content, null, 4) + "\n");
    }

    writeFile(extension, text) {
        mkdirSync(RESULTS, { recursive: true });
        writeFileSync(`${this.#path}.${extension}`, text);
    }
}

function shown(value) {
    if (Number.isInteger(value)) return String(value);
    return value.toFixed(Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0);
}
