// A seeded generator: the same seed gives the same run on every machine.

/** SplitMix32 over one 32-bit state: small, quick, and good enough to choose test cases. */
export class Random {
    constructor(seed) {
        this.state = seed >>> 0;
    }

    next32() {
        this.state = (this.state + 0x9e3779b9) >>> 0;
        let z = this.state;
        z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
        z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
        return (z ^ (z >>> 15)) >>> 0;
    }

    /** 0 … count - 1 */
    below(count) {
        return Math.floor((this.next32() / 4294967296) * count);
    }

    between(low, high) {
        return low + this.below(high - low + 1);
    }

    chance(probability) {
        return this.next32() / 4294967296 < probability;
    }

    pick(list) {
        return list[this.below(list.length)];
    }

    /** One of [[weight, choice], …]. */
    weighted(choices) {
        let rest = this.below(choices.reduce((sum, [weight]) => sum + weight, 0));
        for (const [weight, choice] of choices) {
            rest -= weight;
            if (rest < 0) return choice;
        }
        throw new Error("unreachable: weights are not positive");
    }

    /** `count` different members of `list`, in random order. */
    some(list, count) {
        const rest = [...list];
        const chosen = [];
        while (chosen.length < count && rest.length > 0) chosen.push(...rest.splice(this.below(rest.length), 1));
        return chosen;
    }

    /** A generator of its own, so that one group of requests can be repeated without those before it. */
    fork(number) {
        return new Random((this.state ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0);
    }
}
