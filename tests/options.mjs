// The command line of a test script. `defaults` names its options and tells their kinds: a number (null: one that need
// not be given), a text, or false for a flag. --help prints the comment at the script's head; what is unknown or no
// number ends the script before it begins, with exit code 2.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

export function readOptions(defaults, { allowPositionals = false } = {}) {
    const { values, positionals } = parse({ ...defaults, help: false }, allowPositionals);
    if (values.help) {
        console.log(headOf(process.argv[1]));
        process.exit(0);
    }
    return { ...values, positionals };
}

function parse(defaults, allowPositionals) {
    const kinds = Object.entries(defaults).map(([name, value]) => [
        name, { type: typeof value === "boolean" ? "boolean" : "string" },
    ]);
    try {
        const { values, positionals } = parseArgs({ allowPositionals, options: Object.fromEntries(kinds) });
        for (const [name, value] of Object.entries(defaults)) {
            const isNumber = value === null || typeof value === "number";
            if (!(name in values)) values[name] = value;
            else if (isNumber) values[name] = number(name, values[name]);
        }
        return { values, positionals };
    } catch (error) {
        console.error(`${error.message.split(". ")[0]} (--help lists the options)`);
        process.exit(2);
    }
}

function number(name, text) {
    if (!/^\d+$/.test(text)) throw new Error(`--${name} takes a number, not "${text}"`);
    return Number(text);
}

function headOf(path) {
    const [head] = /^(\/\/.*\n)*/.exec(readFileSync(path, "utf8"));
    return head.replace(/^\/\/ ?/gm, "").trimEnd();
}
