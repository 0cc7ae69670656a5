// Makes a failing case small: first the steps before it go, then members and elements of the requests that are left,
// then words of their expressions, as long as the same kind of difference remains.
import { signature } from "./compare.mjs";
import { tokens } from "./expressions.mjs";
import { runSteps } from "./campaign.mjs";

const EXPRESSION = /Expression$/;

/** `failure` is what runSteps gave. Returns the same shape, as small as `tries` attempts made it. */
export async function shrink(servers, table, failure, tries = 600) {
    const wanted = signature(failure.steps.at(-1), failure.found);
    let left = tries;
    let best = failure;
    /** Whether `steps` still end in the same difference; keeps them if so. */
    const holds = async (steps) => {
        if (left-- <= 0) return false;
        const again = await runSteps(servers, table, steps, {}).catch(() => null);
        if (!again || again.steps.length !== steps.length) return false;
        if (signature(again.steps.at(-1), again.found) !== wanted) return false;
        best = again;
        return true;
    };
    await dropSteps(holds, () => best.steps);
    let before;
    do {
        before = JSON.stringify(best.steps);
        for (let place = best.steps.length - 1; place >= 0; place--) await reduceStep(holds, () => best.steps, place);
    } while (left > 0 && JSON.stringify(best.steps) !== before);
    return best;
}

/** Halves, quarters, … single steps are left out; the last step always stays. */
async function dropSteps(holds, current) {
    for (let size = Math.ceil(current().length / 2); size >= 1; size = Math.floor(size / 2)) {
        for (let end = current().length - 1; end > 0; end -= size) {
            const steps = current();
            const stop = Math.min(end, steps.length - 1);
            const kept = [...steps.slice(0, Math.max(0, stop - size)), ...steps.slice(stop)];
            if (kept.length < steps.length) await holds(kept);
        }
    }
}

async function reduceStep(holds, current, place) {
    for (let index = 0; ;) {
        const step = current()[place];
        const smaller = candidates(step.request);
        if (index >= smaller.length) return;
        const steps = [...current()];
        steps[place] = { ...step, request: withoutUnused(smaller[index]) };
        // A success makes a new, shorter list of candidates, of which those before `index` have failed already.
        if (!(await holds(steps))) index++;
    }
}

/** Every way to make `value` one bit smaller, the boldest first. */
function candidates(value, member = "") {
    if (Array.isArray(value)) {
        const without = value.map((_, place) => value.toSpliced?.(place, 1) ?? value.filter((__, i) => i !== place));
        const inside = value.flatMap((element, place) =>
            candidates(element).map((smaller) => value.map((old, i) => (i === place ? smaller : old))),
        );
        return [...without, ...inside];
    }
    if (value !== null && typeof value === "object") {
        const names = Object.keys(value);
        const without = names.map((name) =>
            Object.fromEntries(Object.entries(value).filter(([other]) => other !== name)),
        );
        const inside = names.flatMap((name) =>
            candidates(value[name], name).map((smaller) => ({ ...value, [name]: smaller })),
        );
        return [...without, ...inside];
    }
    if (typeof value !== "string") return [];
    if (EXPRESSION.test(member)) return shorterExpressions(value);
    return value.length > 3 ? [value.slice(0, value.length / 2), value.slice(0, -1)] : [];
}

/** The expression without one run of its tokens: long runs first. */
function shorterExpressions(text) {
    const parts = tokens(text);
    const shorter = [];
    for (let length = Math.ceil(parts.length / 2); length >= 1; length = Math.floor(length / 2)) {
        for (let start = 0; start + length <= parts.length; start += Math.ceil(length / 2)) {
            shorter.push([...parts.slice(0, start), ...parts.slice(start + length)].join(""));
        }
    }
    return [...new Set(shorter)].filter((candidate) => candidate.trim() !== "" && candidate.length < text.length);
}

/** Names and values that no expression uses any more would make a difference of their own. */
function withoutUnused(request) {
    const expressions = Object.entries(request)
        .filter(([name]) => EXPRESSION.test(name))
        .map(([, text]) => text)
        .join(" ");
    const used = new Set(tokens(expressions));
    const smaller = { ...request };
    for (const map of ["ExpressionAttributeNames", "ExpressionAttributeValues"]) {
        if (!smaller[map] || /unused/.test(JSON.stringify(smaller[map]))) continue;
        smaller[map] = Object.fromEntries(Object.entries(smaller[map]).filter(([name]) => used.has(name)));
        if (Object.keys(smaller[map]).length === 0) delete smaller[map];
    }
    return smaller;
}
