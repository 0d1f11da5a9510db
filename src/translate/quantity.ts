const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** A Kubernetes quantity as a number of units of 10^-`scale`: of thousandths for 3. Undefined when it is none. */
export function parseQuantity(text: string, scale = 0): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/.exec(
    text.trim(),
  );
  if (match === null) return undefined;
  const [, digits = "", exponent, suffix = ""] = match;
  const power = exponent === undefined ? (DECIMAL[suffix] ?? 0) : Number(exponent);
  // Read with its exponent, not multiplied: 9 * 0.001 * 1000 is more than 9, and would be rounded up to 10.
  return Number(`${digits}e${power + scale}`) * 1024 ** (BINARY.indexOf(suffix) + 1);
}
