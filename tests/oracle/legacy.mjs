// Random parameters from before expressions.
import { ATTRIBUTES, ATTRIBUTE_NAMES, value, valueOfType } from "./values.mjs";

const SCALARS = ["S", "N", "B"];
/** operator → number of arguments; IN takes any number from one on. */
const ARGUMENTS = {
    EQ: 1,
    NE: 1,
    LT: 1,
    LE: 1,
    GT: 1,
    GE: 1,
    CONTAINS: 1,
    NOT_CONTAINS: 1,
    BEGINS_WITH: 1,
    BETWEEN: 2,
    IN: 1,
    NULL: 0,
    NOT_NULL: 0,
};
const OPERATORS = Object.keys(ARGUMENTS);

/** {ComparisonOperator, AttributeValueList} that mostly makes sense for attribute `name`. */
export function comparison(random, name) {
    const operator = random.pick(OPERATORS);
    const leaning = ATTRIBUTES[name] ?? "S";
    const scalar = SCALARS.includes(leaning) ? leaning : random.pick(SCALARS);
    const type = ["EQ", "NE"].includes(operator)
        ? leaning
        : operator === "BEGINS_WITH"
          ? random.pick(["S", "B"])
          : scalar;
    const broken = random.chance(0.03);
    const count = ARGUMENTS[operator] + (operator === "IN" ? random.below(3) : 0) + (broken ? 1 : 0);
    let list = Array.from({ length: count }, () => valueOfType(random, broken ? random.pick(["M", type]) : type, 3));
    if (operator === "BETWEEN" && scalar === "N")
        list = [{ N: String(random.between(-9, 0)) }, { N: String(random.between(0, 9)) }];
    if (operator === "BETWEEN" && scalar === "S") list = [{ S: "a" }, { S: "zz" }];
    if (operator === "BETWEEN" && scalar === "B") list = [{ B: "AA==" }, { B: "/w==" }];
    return { ComparisonOperator: operator, ...(count > 0 && { AttributeValueList: list }) };
}

/** A ScanFilter or QueryFilter over `names`, with the operator that joins two or more of them. */
export function filter(random, names = ATTRIBUTE_NAMES) {
    const chosen = random.some(names, random.between(1, 3));
    return {
        filter: Object.fromEntries(chosen.map((name) => [name, comparison(random, name)])),
        joined: conditionalOperator(random, chosen.length),
    };
}

function conditionalOperator(random, count) {
    if (!(count > 1 ? random.chance(0.5) : random.chance(0.02))) return {};
    return { ConditionalOperator: random.pick(["AND", "OR"]) };
}

/** Members `Expected` and perhaps `ConditionalOperator`. */
export function expected(random) {
    const names = random.some(ATTRIBUTE_NAMES, random.between(1, 3));
    const conditions = names.map((name) => [
        name,
        random.weighted([
            [3, () => ({ Exists: false })],
            [3, () => ({ Value: value(random, 2, name), ...(random.chance(0.3) && { Exists: true }) })],
            [5, () => comparison(random, name)],
            [
                1,
                () =>
                    random.pick([
                        {},
                        { Exists: true },
                        { Exists: false, Value: { S: "a" } },
                        { ComparisonOperator: "EQ" },
                    ]),
            ],
        ])(),
    ]);
    return { Expected: Object.fromEntries(conditions), ...conditionalOperator(random, names.length) };
}

export function attributeUpdates(random) {
    const names = random.some(ATTRIBUTE_NAMES, random.below(4));
    return {
        AttributeUpdates: Object.fromEntries(
            names.map((name) => {
                const type = ATTRIBUTES[name];
                return [
                    name,
                    random.weighted([
                        [4, () => ({ Action: "PUT", Value: value(random, 1, name) })],
                        [1, () => ({ Value: value(random, 1, name) })],
                        [2, () => ({ Action: "DELETE" })],
                        [
                            2,
                            () => ({
                                Action: "DELETE",
                                Value: valueOfType(random, /^.S$/.test(type) ? type : "SS", 2),
                            }),
                        ],
                        [
                            3,
                            () => ({
                                Action: "ADD",
                                Value: valueOfType(random, /^(N|L|.S)$/.test(type) ? type : "N", 2),
                            }),
                        ],
                    ])(),
                ];
            }),
        ),
    };
}

/** KeyConditions for a table or index with these keys. */
export function keyConditions(random, keys) {
    const [hash, range] = keys;
    const conditions = { [hash.name]: { ComparisonOperator: "EQ", AttributeValueList: [hash.value(random)] } };
    if (range && random.chance(0.6)) {
        const operator = random.pick([
            "EQ",
            "LT",
            "LE",
            "GT",
            "GE",
            "BETWEEN",
            ...(range.type === "N" ? [] : ["BEGINS_WITH"]),
        ]);
        const list = operator === "BETWEEN" ? [range.value(random), range.value(random)] : [range.value(random)];
        conditions[range.name] = { ComparisonOperator: operator, AttributeValueList: list };
    }
    return { KeyConditions: conditions };
}
