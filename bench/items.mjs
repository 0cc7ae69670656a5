// The items of every bench and their keys: partition keys p000000 …, sort keys s000000 …

export const ITEM_BYTES = 300; // as DynamoDB counts them
export const WORD = "#".repeat(16); // stands where the load puts a random word (load.lua)
const OTHER_BYTES = 64; // of an item, beside what fills it

export function partitionKey(p) {
    return `p${String(p).padStart(6, "0")}`;
}

export function sortKey(s) {
    return `s${String(s).padStart(6, "0")}`;
}

export function keyOf(p, s) {
    return { pk: { S: partitionKey(p) }, sk: { S: sortKey(s) } };
}

// Of one key all but the word is always the same. word: random, for SQLite does not write a row that stays as it was.
export function itemOf(p, s, bytes = ITEM_BYTES, word = randomWord()) {
    return {
        ...keyOf(p, s),
        n: { N: String((p * 7919 + s * 104_729) % 1_000_000) }, // half of them above 500,000
        name: { S: word },
        data: { S: "abcdefghij".repeat(Math.ceil(bytes / 10)).slice(0, bytes - OTHER_BYTES) },
        tags: { L: [{ S: "red" }, { S: "green" }] },
    };
}

export function randomWord() {
    return Math.random().toString(16).slice(2).padEnd(WORD.length, "0").slice(0, WORD.length);
}
