// Servers, or operations, take turns, round by round, so that what else the machine does meets all of them. Figures are
// medians of the rounds; a ratio is the median of the rounds' own ratios.

// Map: contestant → [what measureOne(contestant) gave, one for each round]. A first run of each does not count: it
// compiles, and fills caches.
export async function takeTurns(contestants, rounds, measureOne) {
    const runs = new Map(contestants.map((contestant) => [contestant, []]));
    for (const contestant of contestants) await measureOne(contestant);
    for (let round = 0; round < rounds; round++) {
        const turn = round % contestants.length;
        for (const contestant of [...contestants.slice(turn), ...contestants.slice(0, turn)]) {
            runs.get(contestant).push(await measureOne(contestant));
        }
    }
    return runs;
}

// { rate, cpu (or null), p50, p99 } of the runs of one.
export function medians(runs) {
    const of = (figure) => median(runs.map((run) => run[figure]));
    return { rate: of("rate"), cpu: runs[0].cpu === null ? null : of("cpu"), p50: of("p50"), p99: of("p99") };
}

// Of one's runs to another's, in one figure; null where they have none.
export function ratio(runs, others, figure) {
    if (runs[0][figure] === null || others[0][figure] === null) return null;
    return median(runs.map((run, round) => run[figure] / others[round][figure]));
}

export function median(values) {
    const sorted = values.toSorted((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function percentile(values, share) {
    const sorted = values.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
