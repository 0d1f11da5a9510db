const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL = ["", "k", "M", "G", "T", "P", "E"];
/** The powers of ten by decimal suffix. */
const POWERS: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

/**
 * Returns bytes as the API server writes a quantity back (apimachinery `quantity.go: CanonicalizeBytes`, v0.36). So a
 * reported and a measured value can be compared as text. A fraction is dropped, and a negative number becomes 0.
 */
export function printBytes(bytes: number): string {
  const value = Math.max(0, Math.floor(bytes));
  // The API server writes a number that is no multiple of 1024 with a decimal suffix: 5000 becomes 5k.
  return value % 1024 === 0 ? shorten(value, 1024, BINARY) : printCount(value);
}

/**
 * Returns millicores as the API server writes them back, such as "250m" and "2". A fraction of a millicore is dropped.
 */
export function printCores(millicores: number): string {
  const value = Math.max(0, Math.floor(millicores));
  return value % 1000 === 0 ? printCount(value / 1000) : `${value}m`;
}

/** Returns a whole number with the largest decimal suffix that leaves no fraction: 5000 becomes "5k". */
export function printCount(count: number): string {
  return shorten(count, 1000, DECIMAL);
}

function shorten(count: number, base: number, units: readonly string[]): string {
  let value = count;
  let unit = 0;
  while (value !== 0 && value % base === 0 && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  return `${value}${units[unit]}`;
}

/**
 * Returns a quantity in units of 10^-`scale`, for example in thousandths for 3; undefined when `text` is no quantity.
 */
export function parseQuantity(text: string, scale = 0): number | undefined {
  const match = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:[eE]([+-]?\d+)|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/.exec(
    text.trim(),
  );
  if (match === null) return undefined;
  const [, digits = "", exponent, suffix = ""] = match;
  const power = exponent === undefined ? (POWERS[suffix] ?? 0) : Number(exponent);
  // Number() reads the exponent exactly. A product is not exact: 9 * 0.001 * 1000 is more than 9, and would be rounded
  // up to 10.
  return Number(`${digits}e${power + scale}`) * 1024 ** Math.max(0, BINARY.indexOf(suffix));
}
