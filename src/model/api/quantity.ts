const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL = ["", "k", "M", "G", "T", "P", "E"];
/** Of ten, with what stands behind the number. */
const POWERS: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

/**
 * Quantities in the one spelling in which the API server writes them back, so that what was reported and what is measured
 * compare equal as text.
 */
export function printBytes(bytes: number): string {
  const value = Math.max(0, Math.floor(bytes));
  // A number without Ki, Mi … counts as decimal there: 5000 comes back as 5k.
  return value % 1024 === 0 ? shorten(value, 1024, BINARY) : printCount(value);
}

export function printCores(millicores: number): string {
  const value = Math.max(0, Math.floor(millicores));
  return value % 1000 === 0 ? printCount(value / 1000) : `${value}m`;
}

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

/** A Kubernetes quantity as a number of units of 10^-`scale`: of thousandths for 3. Undefined when it is none. */
export function parseQuantity(text: string, scale = 0): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/.exec(
    text.trim(),
  );
  if (match === null) return undefined;
  const [, digits = "", exponent, suffix = ""] = match;
  const power = exponent === undefined ? (POWERS[suffix] ?? 0) : Number(exponent);
  // Read with its exponent, not multiplied: 9 * 0.001 * 1000 is more than 9, and would be rounded up to 10.
  return Number(`${digits}e${power + scale}`) * 1024 ** Math.max(0, BINARY.indexOf(suffix));
}
