export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly p95: number;
}

/** Throws without values: a figure of nothing must not look like one of something. */
export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
    if (value === undefined) throw new Error("there is nothing to summarise");
    return value;
  };
  const middle = sorted.length / 2;
  const median = sorted.length % 2 === 1 ? at(0.5) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return { median, min: sorted[0] ?? 0, max: at(1), p95: at(0.95) };
}

/** Three significant digits: more than that is noise. */
export function number(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

/** "median (min–max)" */
export function range({ median, min, max }: Summary): string {
  return `${number(median)} (${number(min)}–${number(max)})`;
}
