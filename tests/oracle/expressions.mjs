// Random expressions, generated from DynamoDB's grammar. One `Expressions` serves one request: it gathers the names and
// values its expressions use.
import { ATTRIBUTES, ATTRIBUTE_NAMES, value, valueOfType } from "./values.mjs";

const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
const RESERVED = new Set(["data", "when", "at", "hash"]);
const COMPARATORS = ["=", "<>", "<", "<=", ">", ">="];
const TYPE_NAMES = ["S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"];

export class Expressions {
    constructor(random) {
        this.random = random;
        this.names = {};
        this.values = {};
    }

    /** A name as it stands in the expression: itself, or a `#` name. */
    name(attribute) {
        if (PLAIN_NAME.test(attribute) && !RESERVED.has(attribute) && this.random.chance(0.7)) return attribute;
        const known = Object.keys(this.names).find((alias) => this.names[alias] === attribute);
        if (known) return known;
        const alias = `#n${Object.keys(this.names).length}`;
        this.names[alias] = attribute;
        return alias;
    }

    value(attributeValue) {
        const alias = `:v${Object.keys(this.values).length}`;
        this.values[alias] = attributeValue;
        return alias;
    }

    /** A document path; mostly one step, and the steps lean to what a value of that name holds. */
    path(first = this.random.pick(ATTRIBUTE_NAMES)) {
        const { random } = this;
        let text = this.name(first);
        let type = ATTRIBUTES[first];
        for (let step = 0; step < 3; step++) {
            const deeper = type === "L" || type === "M" ? 0.6 : 0.05;
            if (!random.chance(deeper)) break;
            if (type === "L" ? random.chance(0.9) : random.chance(0.2)) {
                text += `[${random.below(5)}]`;
                type = null;
            } else {
                const name = random.pick(ATTRIBUTE_NAMES);
                text += `.${this.name(name)}`;
                type = ATTRIBUTES[name];
            }
        }
        return text;
    }

    /** A value that suits comparison with attribute `name`. */
    valueFor(name, types = null) {
        const { random } = this;
        const type = types
            ? random.pick(types)
            : random.chance(0.85)
              ? (ATTRIBUTES[name] ?? "S")
              : random.pick(TYPE_NAMES);
        return this.value(valueOfType(random, type, 2));
    }

    operand(name) {
        const { random } = this;
        if (random.chance(0.15)) return this.path();
        if (random.chance(0.08)) return `size(${this.path(name)})`;
        return this.valueFor(name);
    }

    /** A condition or filter. `attributes` are the names it may ask for. */
    condition(attributes = ATTRIBUTE_NAMES, depth = 0) {
        const { random } = this;
        if (depth < 3 && random.chance(0.35)) {
            const left = this.condition(attributes, depth + 1);
            return random.weighted([
                [4, () => `${left} AND ${this.condition(attributes, depth + 1)}`],
                [4, () => `${left} OR ${this.condition(attributes, depth + 1)}`],
                [2, () => `NOT ${left}`],
                [2, () => grouped(left)],
                [2, () => `NOT ${grouped(left)}`],
            ])();
        }
        return this.simpleCondition(random.pick(attributes));
    }

    simpleCondition(name) {
        const { random } = this;
        const scalar = ["S", "N", "B"].includes(ATTRIBUTES[name]) ? ATTRIBUTES[name] : random.pick(["S", "N", "B"]);
        return random.weighted([
            [6, () => `${this.path(name)} ${random.pick(["=", "<>"])} ${this.operand(name)}`],
            [4, () => `${this.path(name)} ${random.pick(COMPARATORS)} ${this.valueFor(name, [scalar])}`],
            [1, () => `${this.valueFor(name)} ${random.pick(COMPARATORS)} ${this.path(name)}`],
            [3, () => this.between(name, scalar)],
            [2, () => this.membership(name)],
            [3, () => `attribute_exists(${this.path(name)})`],
            [3, () => `attribute_not_exists(${this.path(name)})`],
            [2, () => `attribute_type(${this.path(name)}, ${this.value({ S: random.pick(TYPE_NAMES) })})`],
            [2, () => `begins_with(${this.path(name)}, ${this.valueFor(name, ["S", "S", "B"])})`],
            [3, () => `contains(${this.path(name)}, ${this.valueFor(name, ["S", "S", "N", "B", "BOOL", "SS"])})`],
            [2, () => `size(${this.path(name)}) ${random.pick(COMPARATORS)} ${this.number(0, 5)}`],
        ])();
    }

    number(low, high) {
        return this.value({ N: String(this.random.between(low, high)) });
    }

    membership(name) {
        const values = Array.from({ length: this.random.between(1, 4) }, () => this.valueFor(name));
        return `${this.path(name)} IN (${values.join(", ")})`;
    }

    /** Bounds in order most of the time; numbers, so that what is in order is easily said. */
    between(name, scalar) {
        const { random } = this;
        if (scalar === "N") {
            const low = random.between(-20, 20);
            const high = random.chance(0.95) ? low + random.below(20) : low - 1;
            return `${this.path(name)} BETWEEN ${this.number(low, low)} AND ${this.number(high, high)}`;
        }
        const [low, high] =
            scalar === "B" ? [{ B: "AA==" }, { B: "gA==" }] : [{ S: "a" }, { S: random.pick(["b", "zz", "a"]) }];
        return `${this.path(name)} BETWEEN ${this.value(low)} AND ${this.value(high)}`;
    }

    projection() {
        const { random } = this;
        return Array.from({ length: random.between(1, 4) }, () => this.path()).join(", ");
    }

    update() {
        const { random } = this;
        const free = random.some(
            ATTRIBUTE_NAMES,
            random.weighted([
                [4, 1],
                [3, 2],
                [2, 3],
                [1, 5],
            ]),
        );
        const clauses = { SET: [], REMOVE: [], ADD: [], DELETE: [] };
        for (const name of free) {
            const type = ATTRIBUTES[name];
            const clause = random.weighted(
                [
                    [6, "SET"],
                    [2, "REMOVE"],
                    [type === "N" || type.endsWith("S") ? 4 : 0.2, "ADD"],
                    [type.length === 2 && type.endsWith("S") ? 4 : 0.1, "DELETE"],
                ].map(([weight, choice]) => [Math.ceil(weight * 10), choice]),
            );
            clauses[clause].push(this.action(clause, name, type));
        }
        return random
            .some(Object.keys(clauses), 4)
            .filter((clause) => clauses[clause].length > 0)
            .map((clause) => `${random.chance(0.1) ? clause.toLowerCase() : clause} ${clauses[clause].join(", ")}`)
            .join(" ");
    }

    action(clause, name, type) {
        const { random } = this;
        const target = random.chance(0.7) ? this.name(name) : this.path(name);
        if (clause === "REMOVE") return target;
        if (clause === "ADD")
            return `${target} ${this.valueFor(name, [random.chance(0.9) && /N|SS|NS|BS/.test(type) ? type : "N"])}`;
        if (clause === "DELETE")
            return `${target} ${this.valueFor(name, [type.length === 2 && type !== "NU" ? type : "SS"])}`;
        return `${target} = ${this.setValue(name, type)}`;
    }

    setValue(name, type) {
        const { random } = this;
        const number = () => this.value({ N: random.chance(0.9) ? String(random.between(-9, 9)) : "1e120" });
        return random.weighted([
            [24, () => this.value(value(random, 1, name))],
            [
                type === "N" ? 6 : 1,
                () => `${this.path(type === "N" ? name : "n")} ${random.pick(["+", "-"])} ${number()}`,
            ],
            [1, () => `${number()} ${random.pick(["+", "-"])} ${number()}`],
            [3, () => `if_not_exists(${this.path()}, ${this.value(value(random, 1, name))})`],
            [2, () => `if_not_exists(${this.path("n")}, ${number()}) + ${number()}`],
            [type === "L" ? 5 : 1, () => this.listAppend(name)],
            [1, () => this.path()],
        ])();
    }

    listAppend(name) {
        const list = this.value(valueOfType(this.random, "L", 3));
        const other = this.path(this.random.chance(0.8) ? name : "l");
        return this.random.chance(0.5) ? `list_append(${other}, ${list})` : `list_append(${list}, ${other})`;
    }

    /** The members a request takes along: only the maps that hold something. */
    members() {
        return {
            ...(Object.keys(this.names).length > 0 && { ExpressionAttributeNames: this.names }),
            ...(Object.keys(this.values).length > 0 && { ExpressionAttributeValues: this.values }),
        };
    }
}

/** In parentheses, once: a second pair would be refused as redundant. */
function grouped(text) {
    let depth = 0;
    const closesEarly = [...text].some((character, place) => {
        depth += character === "(" ? 1 : character === ")" ? -1 : 0;
        return depth === 0 && place < text.length - 1;
    });
    return text.startsWith("(") && !closesEarly ? text : `(${text})`;
}

/** Tokens of an expression, for breaking it and for shrinking it. */
export function tokens(text) {
    return text.match(/[#:]?[A-Za-z0-9_]+|<>|<=|>=|\s+|[^\sA-Za-z0-9_]/gu) ?? [];
}

/** The expression with one token dropped, doubled, swapped or replaced. */
export function brokenExpression(random, text) {
    const parts = tokens(text).filter((token) => token.trim() !== "");
    const at = random.below(parts.length);
    switch (random.below(6)) {
        case 0:
            parts.splice(at, 1);
            break;
        case 1:
            parts.splice(at, 0, parts[at]);
            break;
        case 2:
            parts[at] = random.pick([
                "=",
                "(",
                ")",
                ",",
                "AND",
                "SET",
                "foo",
                ":undefined",
                "#undefined",
                "!",
                "data",
                "[0]",
                ".",
            ]);
            break;
        case 3:
            return `((${text}))`;
        case 4:
            return random.pick(["", " ", `${text} ${text}`, `${text})`, `(${text}`]);
        default:
            parts.push(random.pick([")", "AND", "x", ",", "REMOVE"]));
    }
    return parts.join(" ");
}
