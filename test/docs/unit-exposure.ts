import { readFileSync } from "node:fs";

/** The version of systemd whose figures docs/security.md has. */
export const MEASURED_VERSION = 252;

/** Returns the figures of `systemd-analyze security` that docs/security.md has, by unit. */
export function documentedExposures(): ReadonlyMap<string, number> {
  const rows = readFileSync("docs/security.md", "utf8").matchAll(/^\| `(unitlet-[\w@-]+\.service)` \| (\d+\.\d) \| .+ \|$/gm);
  return new Map([...rows].map(([, unit = "", figure]) => [unit, Number(figure)]));
}
