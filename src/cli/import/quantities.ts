const UNITS: Readonly<Record<string, number>> = {
  ...{ us: 1e-6, usec: 1e-6, ms: 1e-3, msec: 1e-3 },
  ...{ "": 1, s: 1, sec: 1, second: 1, seconds: 1, m: 60, min: 60, minute: 60, minutes: 60 },
  ...{ h: 3600, hr: 3600, hour: 3600, hours: 3600, d: 86_400, day: 86_400, days: 86_400 },
  ...{ w: 604_800, week: 604_800, weeks: 604_800 },
};

/** Returns the seconds of a time span such as "1min 30s" (systemd.time(7)); undefined for "infinity" and other texts. */
export function seconds(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== text.trim()) return undefined;
  const sum = parts.reduce((total, [, number, unit = ""]) => total + Number(number) * (UNITS[unit] ?? Number.NaN), 0);
  return Number.isNaN(sum) ? undefined : Math.round(sum * 1e6) / 1e6;
}

/** Returns the quantity of a size of systemd, whose K, M, G and T are powers of 1024; undefined for other texts. */
export function memoryQuantity(text: string): string | undefined {
  const [, number, unit = ""] = /^(\d+)([KMGT]?)B?$/.exec(text) ?? [];
  if (number === undefined || Number(number) === 0) return undefined;
  return unit === "" ? number : `${number}${unit}i`;
}

/** Returns the bytes of such a size; undefined for other texts. */
export function bytes(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d+)([KMGT]?)$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * 1024 ** ["", "K", "M", "G", "T"].indexOf(unit);
}

/** Returns the quantity of a CPUQuota= in percent of one CPU; undefined for other texts. */
export function cpuQuantity(text: string): string | undefined {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  const millis = Math.round(Number(percent) * 10);
  if (percent === undefined || millis === 0) return undefined;
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
}
