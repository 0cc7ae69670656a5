// Random attribute values. An attribute's name leans towards a type, so that expressions often meet what they ask for.

const STRINGS = [
    "",
    "a",
    "b",
    "ab",
    "abc",
    "B",
    "é",
    "日本",
    "😀",
    "a\u0000b",
    "\u0000",
    "\uffff",
    "zz",
    "10",
    "9",
    " ",
];
const NUMBERS = [
    "0",
    "1",
    "-1",
    "2",
    "3",
    "10",
    "9",
    "0.5",
    "-0.5",
    "1.5",
    "100",
    "1e2",
    "1.50",
    "007",
    "-0",
    "+3",
    ".5",
    "5.",
    "12345678901234567890123456789012345678",
    "-99999999999999999999999999999999999999",
    "1e125",
    "-1e125",
    "1e-130",
    "9.9999999999999999999999999999999999999E125",
    "1E-20",
    "123456789.987654321",
    "0e10",
    "-1e-130",
];
const BYTES = [[], [0], [0, 0], [1], [127], [128], [255], [1, 2, 3], [255, 255], [97]];
/** name → the type it mostly has */
export const ATTRIBUTES = {
    n: "N",
    n2: "N",
    s: "S",
    s2: "S",
    b: "B",
    l: "L",
    m: "M",
    ss: "SS",
    ns: "NS",
    bs: "BS",
    t: "BOOL",
    z: "NULL",
    "a.b": "S",
    data: "N",
    é: "L",
    "😀": "M",
    "with space": "S",
    _x: "N",
};
export const ATTRIBUTE_NAMES = Object.keys(ATTRIBUTES);
const TYPES = ["S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"];
const DEPTH_MAX = 4;

const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const times = (random, most, make) => Array.from({ length: random.below(most + 1) }, make);

export function stringText(random) {
    if (random.chance(0.02)) return "x".repeat(random.between(100, 3000));
    return random.chance(0.7) ? random.pick(STRINGS) : random.pick(STRINGS) + random.pick(STRINGS);
}

export function numberText(random) {
    if (random.chance(0.5)) return String(random.between(-20, 20));
    if (random.chance(0.6)) return random.pick(NUMBERS);
    const digits = times(random, 36, () => random.below(10)).join("") || "7";
    const sign = random.pick(["", "-"]);
    const point = random.chance(0.4)
        ? `.${times(random, Math.max(0, 36 - digits.length), () => random.below(10)).join("")}`
        : "";
    const exponent = random.chance(0.3) ? `e${random.between(-60, 60)}` : "";
    return `${sign}${digits}${point}${exponent}`;
}

export function binaryText(random) {
    return base64(random.chance(0.8) ? random.pick(BYTES) : times(random, 40, () => random.below(256)));
}

/** The number as DynamoDB returns it: expanded, without a sign or digits that say nothing. */
export function canonicalNumber(text) {
    const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
    if (!match) return text;
    const [, sign, whole, fraction, exponent] = match;
    const digits = (whole + fraction).replace(/^0+/, "");
    const trimmed = digits.replace(/0+$/, "");
    if (trimmed === "") return "0";
    const scale = Number(exponent ?? 0) - fraction.length + (digits.length - trimmed.length);
    const point = trimmed.length + scale;
    const plain =
        scale >= 0
            ? trimmed + "0".repeat(scale)
            : point > 0
              ? `${trimmed.slice(0, point)}.${trimmed.slice(point)}`
              : `0.${"0".repeat(-point)}${trimmed}`;
    return (sign === "-" ? "-" : "") + plain;
}

function distinct(members, identity) {
    const seen = new Set();
    return members.filter((member) => !seen.has(identity(member)) && seen.add(identity(member)));
}

export function valueOfType(random, type, depth = 0) {
    switch (type) {
        case "S":
            return { S: stringText(random) };
        case "N":
            return { N: numberText(random) };
        case "B":
            return { B: binaryText(random) };
        case "BOOL":
            return { BOOL: random.chance(0.5) };
        case "NULL":
            return { NULL: true };
        case "SS":
            return { SS: distinct([stringText(random), ...times(random, 3, () => stringText(random))], (s) => s) };
        case "NS":
            return {
                NS: distinct([numberText(random), ...times(random, 3, () => numberText(random))], canonicalNumber),
            };
        case "BS":
            return { BS: distinct([binaryText(random), ...times(random, 3, () => binaryText(random))], (b) => b) };
        case "L":
            return { L: times(random, depth >= DEPTH_MAX ? 0 : 4, () => value(random, depth + 1)) };
        case "M": {
            const names = random.some(ATTRIBUTE_NAMES, depth >= DEPTH_MAX ? 0 : random.below(5));
            return { M: Object.fromEntries(names.map((name) => [name, value(random, depth + 1, name)])) };
        }
        default:
            throw new Error(`unknown type ${type}`);
    }
}

/** Any value; one for attribute `name` mostly has that name's type. */
export function value(random, depth = 0, name = null) {
    const type = name && random.chance(0.8) ? ATTRIBUTES[name] : random.pick(TYPES);
    return valueOfType(random, type ?? "S", depth);
}

/** Attributes outside the key. */
export function attributes(random) {
    const names = random.some(ATTRIBUTE_NAMES, random.below(9));
    const made = Object.fromEntries(names.map((name) => [name, value(random, 0, name)]));
    if (random.chance(0.08)) made.big = { S: "B".repeat(random.between(800, 9000)) };
    return made;
}

/** A value no server may accept, each wrong in one way. */
export function brokenValue(random) {
    return random.pick([
        { N: "abc" },
        { N: "" },
        { N: "1e126" },
        { N: "1e-131" },
        { N: "123456789012345678901234567890123456789" },
        { SS: [] },
        { NS: [] },
        { BS: [] },
        { SS: ["a", "b", "a"] },
        { NS: ["1", "2", "1.0"] },
        { BS: ["AA==", "AA=="] },
        { NULL: false },
        { S: "a", N: "1" },
        {},
        { NS: ["1", "x"] },
        { L: [{ N: "x" }] },
        { M: { a: { SS: [] } } },
        { N: "1e" },
        { N: " 1" },
        { N: "0x1" },
        { NS: ["1e126"] },
    ]);
}
