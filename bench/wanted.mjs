// What single operations are to reach, as ratios of this project's figure to another server's in the same rounds. A
// peer that does not take part is not compared with.
export const FLOOR_NAME = "bare object";

const DYNALITE = "dynalite";
const DYNOXIDE = "Dynoxide";
const LOCAL = "DynamoDB Local";

// layout: where it is wanted of that one alone.
export const WANTED = [
    ...["get", "getnew", "put"].flatMap((operation) => [
        { operation, of: FLOOR_NAME, figure: "rate", limit: { least: 0.9 } },
        { operation, of: FLOOR_NAME, figure: "p99", limit: { most: 1.5 } },
    ]),
    { operation: "update", of: FLOOR_NAME, figure: "rate", limit: { least: 0.8 } },
    { operation: "query", layout: "hash:16", of: DYNOXIDE, figure: "rate", limit: { least: 1.2 } },
    { operation: "query", layout: "hash:16", of: DYNALITE, figure: "rate", limit: { least: 2 } },
    { operation: "scan", layout: "hash:16", of: DYNOXIDE, figure: "rate", limit: { least: 1.2 } },
    ...[DYNALITE, DYNOXIDE, LOCAL].map((of) => (
        { operation: "page1mb", layout: "hash:16", of, figure: "rate", limit: { least: 2 } }
    )),
    ...["batchwrite", "batchget"].flatMap((operation) => [
        { operation, layout: "hash:16", of: LOCAL, figure: "rate", limit: { least: 1 } },
        { operation, layout: "hash:16", of: LOCAL, figure: "cpu", limit: { most: 1 } },
    ]),
];

// Whether a server's name is that of a peer, however it is spelled: dynamodb-local is DynamoDB Local.
export function isNamed(name, peer) {
    const letters = (text) => text.toLowerCase().replace(/[^a-z]/g, "");
    return letters(name) === letters(peer);
}
