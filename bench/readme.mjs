// README's figures. They stand between marks,
//
//     <!-- figures: SECTION -->
//     …
//     <!-- end of figures -->
//
// and are made from the JSON that benches left in bench/results/. A section some of whose benches left none stays as it
// is.
//
//     node bench/readme.mjs             from readme.*.json, into README.md
//     node bench/readme.mjs NAME        from NAME.*.json, into bench/results/NAME.README.md, to look at
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { RESULTS, ROOT } from "./folders.mjs";
import {
    boundsTable, deletionTable, growthTable, operationsTable, scaleTable, startupTable, ycsbTable,
} from "./tables.mjs";

const MARKED = /^<!-- figures: (.+) -->\n([^]*?)^<!-- end of figures -->$/gm;
const MARK = /^<!-- (figures: |end of figures)/gm;
const README = `${ROOT}README.md`;
export const README_NAME = "readme"; // of the results it is made from

const plot = (title, bench) => `![${title}](bench/results/${README_NAME}.${bench}.svg)\n`;
const growthPlot = (...cases) => ({
    needs: cases.map((name) => `growth-${name}`),
    text: (...results) => results.map(({ conditions }, i) => plot(conditions.title, `growth-${cases[i]}`)).join("\n"),
});

// needs: benches; text(...their results).
const SECTIONS = {
    "operations": {
        needs: ["operations"], text: ({ conditions, operations }) => operationsTable(conditions, operations),
    },
    "bounds": { needs: ["operations", "hot-key", "checks", "indexes", "ycsb"], text: boundsTable },
    "ycsb": { needs: ["ycsb"], text: ycsbTable },
    "startup": { needs: ["startup"], text: startupTable },
    "scale-hash": { needs: ["scale-hash"], text: scaleTable },
    "scale-key-limited": { needs: ["scale-key-limited"], text: scaleTable },
    "scale-delete": { needs: ["scale-delete"], text: deletionTable },
    "growth-items": { needs: ["growth-items"], text: growthTable },
    "growth": growthPlot("items", "partitions-hash", "partitions-key", "slots", "size", "connections"),
};

// README's text with its figures. resultsOf(bench) gives what it left, or null. Throws where a mark is wrong.
export function withFigures(text, resultsOf) {
    const sections = [...text.matchAll(MARKED)];
    if ([...text.matchAll(MARK)].length !== 2 * sections.length) throw new Error("a mark of figures has no other end");
    const unknown = sections.map(([, name]) => name).filter((name) => !(name in SECTIONS));
    if (unknown.length > 0) throw new Error(`no section of figures is called ${unknown.join(", ")}`);
    return text.replace(MARKED, (whole, name) => {
        const results = SECTIONS[name].needs.map(resultsOf);
        if (results.includes(null)) return whole;
        return `<!-- figures: ${name} -->\n${SECTIONS[name].text(...results)}<!-- end of figures -->`;
    });
}

// Of results under a name: what a bench left, or null.
export function leftBy(name) {
    return (bench) => {
        const path = `${RESULTS}${name}.${bench}.json`;
        return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
    };
}

// Writes README, or what it would be; says which.
export function writeReadme(name) {
    const path = name === README_NAME ? README : `${RESULTS}${name}.README.md`;
    writeFileSync(path, withFigures(readFileSync(README, "utf8"), leftBy(name)));
    console.log(`wrote ${path.slice(ROOT.length)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeReadme(process.argv[2] ?? README_NAME);
