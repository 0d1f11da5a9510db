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

/** What printBytes() wrote; undefined for what it would not write. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+)(?:([KMGTPE]i)|([kMGTPE]))?$/.exec(text);
  if (match === null) return undefined;
  const [, digits, binary = "", decimal = ""] = match;
  return Number(digits) * 1024 ** BINARY.indexOf(binary) * 1000 ** DECIMAL.indexOf(decimal);
}

const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL = ["", "k", "M", "G", "T", "P", "E"];

function shorten(count: number, base: number, units: readonly string[]): string {
  let value = count;
  let unit = 0;
  while (value !== 0 && value % base === 0 && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  return `${value}${units[unit]}`;
}
