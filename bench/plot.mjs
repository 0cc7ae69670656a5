// Plots as SVG.
const COLOURS = ["#2b6cb0", "#dd6b20", "#2f855a", "#805ad5", "#d69e2e", "#63b3ed", "#a0aec0"];

const BAR_HEIGHT = 14;
const LABEL_WIDTH = 265;
const BAR_WIDTH_MAX = 420;

// groups: [{ group, bars: [{ name, value, text }] }]; each bar is as long as its share of its group's longest.
export function bars(groups) {
    const names = [...new Set(groups.flatMap((group) => group.bars.map(({ name }) => name)))];
    const parts = [];
    let y = 10;
    for (const { group, bars } of groups) {
        const longest = Math.max(...bars.map(({ value }) => value));
        parts.push(text(4, y + 11, group, 'font-weight="bold"'));
        for (const bar of bars) {
            const width = Math.max(1, bar.value / longest * BAR_WIDTH_MAX);
            const place = `x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT - 3}"`;
            parts.push(text(100, y + 11, bar.name));
            parts.push(`<rect ${place} fill="${COLOURS[names.indexOf(bar.name) % COLOURS.length]}"/>`);
            parts.push(text(LABEL_WIDTH + width + 6, y + 11, bar.text));
            y += BAR_HEIGHT;
        }
        y += 10;
    }
    return svg(LABEL_WIDTH + BAR_WIDTH_MAX + 90, y, parts);
}

const PANEL_WIDTH = 300;
const PANEL_HEIGHT = 230;
const MARGIN = { left: 52, right: 20, top: 48, bottom: 40 };
const LOGARITHMIC_FROM = 20; // times the least value: then the y axis is logarithmic too

// Panels side by side over the same logarithmic x axis, a line in each for each series.
// x: what stands there; ticks: of the x axis. panels: [{ title (of the y axis, with its unit), series: [{ name,
// points: [[x, y], …] }] }]; names: of all series, whose colours stand above.
export function curves({ title, x: xTitle, ticks, panels, names }) {
    const parts = [text(MARGIN.left, 16, title, 'font-weight="bold"')];
    let x = MARGIN.left;
    for (const [i, name] of names.entries()) {
        parts.push(`<circle cx="${x + 4}" cy="28" r="4" fill="${COLOURS[i]}"/>`, text(x + 12, 32, name));
        x += 24 + name.length * 7;
    }
    for (const [i, panel] of panels.entries()) parts.push(...panelParts(i * PANEL_WIDTH, panel, xTitle, ticks, names));
    return svg(panels.length * PANEL_WIDTH, PANEL_HEIGHT + MARGIN.top, parts);
}

function panelParts(left, { title, series }, xTitle, ticks, names) {
    const [x0, x1] = [left + MARGIN.left, left + PANEL_WIDTH - MARGIN.right];
    const [y0, y1] = [MARGIN.top + PANEL_HEIGHT - MARGIN.bottom, MARGIN.top + 22];
    const values = series.flatMap(({ points }) => points.map(([, y]) => y));
    const ys = yAxis(Math.min(...values), Math.max(...values));
    const [first, last] = [ticks[0], ticks.at(-1)].map(Math.log);
    const atX = (value) => x0 + (last === first ? 0.5 : (Math.log(value) - first) / (last - first)) * (x1 - x0);
    const atY = (value) => y0 - ys.share(value) * (y0 - y1);
    const parts = [text(x0, y1 - 8, title)];
    for (const value of ys.ticks) {
        parts.push(line(x0, atY(value), x1, atY(value), "#e2e8f0"), text(x0 - 5, atY(value) + 4, short(value), END));
    }
    for (const value of ticks) {
        const x = atX(value);
        parts.push(line(x, y0, x, y0 + 4, "#4a5568"), text(x, y0 + 16, short(value), MIDDLE));
    }
    parts.push(line(x0, y0, x1, y0, "#4a5568"), text((x0 + x1) / 2, y0 + 32, xTitle, MIDDLE));
    for (const { name, points } of series) {
        const colour = COLOURS[names.indexOf(name) % COLOURS.length];
        const places = points.map(([x, y]) => `${atX(x).toFixed(1)},${atY(y).toFixed(1)}`);
        parts.push(`<polyline points="${places.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`);
        for (const place of places) {
            const [cx, cy] = place.split(",");
            parts.push(`<circle cx="${cx}" cy="${cy}" r="2.5" fill="${colour}"/>`);
        }
    }
    return parts;
}

const END = 'text-anchor="end"';
const MIDDLE = 'text-anchor="middle"';

// { ticks, share(value): 0 at the bottom, 1 at the top }: from zero, or logarithmic in whole decades.
function yAxis(least, most) {
    if (least > 0 && most / least >= LOGARITHMIC_FROM) {
        const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
        const ticks = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
        return { ticks, share: (value) => (Math.log10(value) - from) / (to - from) };
    }
    const magnitude = 10 ** Math.floor(Math.log10(most || 1));
    const step = [0.2, 0.5, 1, 2].map((factor) => factor * magnitude).find((step) => most / step <= 6);
    const steps = Math.ceil(most / step);
    return { ticks: Array.from({ length: steps + 1 }, (_, i) => i * step), share: (value) => value / (steps * step) };
}

// 0.5, 20, 1.5 k, 20 M
function short(value) {
    for (const [size, unit] of [[1e6, " M"], [1e3, " k"]]) {
        if (value >= size) return `${Number((value / size).toPrecision(3))}${unit}`;
    }
    return String(Number(value.toPrecision(3)));
}

function line(x1, y1, x2, y2, colour) {
    const [a, b, c, d] = [x1, y1, x2, y2].map((value) => value.toFixed(1));
    return `<line x1="${a}" y1="${b}" x2="${c}" y2="${d}" stroke="${colour}"/>`;
}

function text(x, y, content, attributes = "") {
    const shown = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${shown}</text>`;
}

function svg(width, height, parts) {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
        `viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">\n` +
        `<rect width="100%" height="100%" fill="white"/>\n${parts.join("\n")}\n</svg>\n`;
}
