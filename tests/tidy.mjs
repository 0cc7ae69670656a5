// The house rules as a test. Each rule reads one file and lists its faults; each has a sample it must find fault with,
// which is checked first, so that a rule cannot rot into one that finds nothing.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const LINE_COLUMNS_MAX = 120; // .clang-format aims at 110
const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 800;
// Each folder of the core includes itself and what stands before it.
const LAYERS = ["base", "data", "expr", "msg", "store", "op", "role", "core", "abi"];

const isC = (path) => /\.[ch]$/.test(path);
const isCore = (path) => path.startsWith("c_src/") && isC(path);
const isCode = (path) => /\.(c|h|js|mjs|sh)$/.test(path) && !path.startsWith("bench/peers/");
const isText = (path) => /\.(c|h|js|mjs|sh|json|toml|md|txt)$|^\.ci\/|^local\//.test(path);

const RULES = [
    {
        name: `lines have at most ${LINE_COLUMNS_MAX} columns`,
        reads: isCode,
        faults: (path, text) => eachLine(text, (line) => [...line].length > LINE_COLUMNS_MAX && "is too long"),
        sample: ["c_src/base/x.c", "x".repeat(LINE_COLUMNS_MAX + 1)],
    },
    {
        name: "no tabs, no blanks at line ends",
        reads: isCode,
        faults: (path, text) => eachLine(text, (line) => /\t|\s$/.test(line) && "has a tab or a trailing blank"),
        sample: ["worker/x.js", "let a; "],
    },
    {
        name: `C functions have at most ${FUNCTION_LINES_MAX} lines`,
        reads: isC,
        faults: longFunctions,
        sample: ["c_src/base/x.c", `int f(void) {\n${"    g();\n".repeat(FUNCTION_LINES_MAX)}}\n`],
    },
    {
        name: `files have at most ${FILE_LINES_MAX} lines`,
        reads: isCode,
        faults: (path, text) => (text.split("\n").length > FILE_LINES_MAX + 1 ? [[1, "the file is too long"]] : []),
        sample: ["c_src/base/x.c", "\n".repeat(FILE_LINES_MAX + 1)],
    },
    {
        name: "a layer of the core includes only itself and those before it",
        reads: isCore,
        faults: includesAbove,
        sample: ["c_src/data/x.c", '#include "msg/envelope.h"'],
    },
    {
        name: "cJSON stays behind data/json.c",
        reads: (path) => isCore(path) && path !== "c_src/data/json.c",
        faults: (path, text) => eachLine(text, (line) => /#include.*cJSON/.test(line) && "includes cJSON"),
        sample: ["c_src/op/x.c", '#include "cJSON.h"'],
    },
    banned("no unbounded string functions", isCore, /\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi)\(/),
    banned("no strlen outside base", (path) => isCore(path) && !path.startsWith("c_src/base/"), /\bstrlen\(/),
    banned(
        "memory comes from arenas",
        (path) => isCore(path) && !/^c_src\/(base\/arena\.c|core\/|abi\/)/.test(path),
        /(^|[^\w.>])(malloc|calloc|realloc|free)\(/,
    ),
    {
        name: "nothing is left to do later in a comment",
        reads: isText,
        faults: (path, text) => eachLine(text, (line) => LATER.test(line) && "puts work off"),
        sample: ["c_src/base/x.c", "// TO" + "DO: later"],
    },
    {
        name: "no path of one machine",
        reads: isText,
        faults: (path, text) => eachLine(text, (line) => MACHINE_PATH.test(line) && "names a path of one machine"),
        sample: ["docs/x.md", "see /ho" + "me/someone/file"],
    },
    {
        name: "the lock file holds no addresses",
        reads: (path) => path === "package-lock.json",
        faults: (path, text) => eachLine(text, (line) => line.includes('"resolved"') && "holds a download address"),
        sample: ["package-lock.json", '"resolved": "x"'],
    },
];

// Written in halves, so that this file keeps the rules it checks.
const LATER = new RegExp("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b");
const MACHINE_PATH = new RegExp("(^|[^A-Za-z0-9_.])/(wo" + "rk|fa" + "rm|ho" + "me|ro" + "ot)/");

let passed = 0;
let failed = 0;
for (const rule of RULES) {
    const faults = faultsOf(rule);
    for (const fault of faults) console.log(fault);
    if (faults.length === 0) {
        passed++;
    } else {
        failed++;
        console.log(`FAILED ${rule.name}`);
    }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function faultsOf(rule) {
    const [samplePath, sampleText] = rule.sample;
    if (!rule.reads(samplePath) || rule.faults(samplePath, sampleText).length === 0) {
        return ["the rule finds no fault with its own bad sample"];
    }
    return trackedFiles().filter(rule.reads).flatMap((path) => {
        const faults = rule.faults(path, readFileSync(path, "utf8"));
        return faults.map(([line, why]) => `${path}:${line}: ${why}`);
    });
}

function trackedFiles() {
    const list = ["ls-files", "--cached", "--others", "--exclude-standard"];
    return execFileSync("git", list, { encoding: "utf8" }).split("\n").filter(existsSync);
}

// faultOf(line) gives what is wrong with a line, or something falsy.
function eachLine(text, faultOf) {
    return text.split("\n").flatMap((line, index) => {
        const why = faultOf(line);
        return why ? [[index + 1, why]] : [];
    });
}

function banned(name, reads, pattern) {
    const call = /strcpy|strlen|malloc/.exec(pattern.source)[0];
    return {
        name,
        reads,
        faults: (path, text) => eachLine(withoutComment(text), (line) => pattern.test(line) && "makes a banned call"),
        sample: ["c_src/op/x.c", `    a = ${call}(b);`],
    };
}

function withoutComment(text) {
    return text.replace(/\/\/.*$/gm, "");
}

// A function begins at a line in column 0 that has a "(" and does not end in ";", and ends at "}" in column 0.
function longFunctions(path, text) {
    const faults = [];
    let start = 0;
    text.split("\n").forEach((line, index) => {
        if (/^[A-Za-z].*\(/.test(line) && !line.endsWith(";")) start = index + 1;
        if (line.startsWith("}")) {
            const lines = index + 2 - start;
            if (start > 0 && lines > FUNCTION_LINES_MAX) faults.push([start, `the function has ${lines} lines`]);
            start = 0;
        }
    });
    return faults;
}

function includesAbove(path, text) {
    const layer = LAYERS.indexOf(path.split("/")[1]);
    return eachLine(text, (line) => {
        const included = /^#include "(\w+)\//.exec(line)?.[1];
        if (included === undefined) return false;
        const above = LAYERS.indexOf(included) > layer || !LAYERS.includes(included) || layer < 0;
        return above && `${LAYERS[layer]} may not include ${included}`;
    });
}
