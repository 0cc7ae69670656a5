// What items weigh and what requests cost by DynamoDB's own accounting: the measure where DynamoDB Local counts
// otherwise.

const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;
const CONTAINER_BYTES = 3;
const ELEMENT_BYTES = 1;

const utf8 = (text) => Buffer.byteLength(text);
const sum = (list, size) => list.reduce((total, element) => total + size(element), 0);

/** 1 + a byte for every two significant digits on each side of the point, + 1 for a sign. */
export function numberBytes(text) {
    const [, sign, whole, fraction, exponent] = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
    const digits = whole + fraction;
    const point = whole.length + Number(exponent ?? 0);
    const first = digits.search(/[1-9]/);
    if (first < 0) return 1;
    const last = digits.length - digits.match(/0*$/)[0].length;
    // Digits first … last - 1 are significant; those before `point` are whole ones.
    const wholeDigits = Math.min(Math.max(point - first, 0), last - first);
    const fractionDigits = last - first - wholeDigits;
    return 1 + Math.ceil(wholeDigits / 2) + Math.ceil(fractionDigits / 2) + (sign === "-" ? 1 : 0);
}

export function valueBytes(value) {
    const [[type, content]] = Object.entries(value);
    switch (type) {
        case "S":
            return utf8(content);
        case "N":
            return numberBytes(content);
        case "B":
            return Buffer.from(content, "base64").length;
        case "BOOL":
        case "NULL":
            return 1;
        case "SS":
            return sum(content, utf8);
        case "NS":
            return sum(content, numberBytes);
        case "BS":
            return sum(content, (member) => Buffer.from(member, "base64").length);
        case "L":
            return CONTAINER_BYTES + sum(content, (element) => ELEMENT_BYTES + valueBytes(element));
        default:
            return (
                CONTAINER_BYTES +
                sum(Object.entries(content), ([name, v]) => utf8(name) + ELEMENT_BYTES + valueBytes(v))
            );
    }
}

export const itemBytes = (item) => (item ? sum(Object.entries(item), ([name, v]) => utf8(name) + valueBytes(v)) : 0);

export const writeUnits = (before, after) =>
    Math.max(1, Math.ceil(Math.max(itemBytes(before), itemBytes(after)) / WRITE_UNIT_BYTES));

/** Units of reading `bytes` at once; an empty read costs the minimum. */
export const readUnits = (bytes, consistent) =>
    Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (consistent ? 1 : 0.5);
