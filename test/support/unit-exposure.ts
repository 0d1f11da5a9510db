import { readFileSync } from "node:fs";
import { installedFiles } from "./installed-files.ts";
import type { Machine } from "./machine.ts";

/** The version of systemd whose figures docs/security.md has. */
const DOCUMENTED_VERSION = 252;

/** Returns the figures of `systemd-analyze security` that docs/security.md has, by unit. */
export function documentedExposures(): Readonly<Record<string, number>> {
  const text = readFileSync("docs/security.md", "utf8");
  const rows = text.matchAll(/^\| `(unitlet-[\w@-]+\.service)` \| (\d+\.\d) \| .+ \|$/gm);
  return Object.fromEntries([...rows].map(([, unit = "", figure]) => [unit, Number(figure)]));
}

/** Returns the figures of the installed units; undefined on another version of systemd. */
export async function measuredExposures(machine: Machine): Promise<Readonly<Record<string, number>> | undefined> {
  const { stdout: version } = await machine.exec("systemctl --version");
  if (!version.startsWith(`systemd ${DOCUMENTED_VERSION} `)) return undefined;
  const units = installedFiles().flatMap(({ name }) => (name.endsWith(".service") ? [name] : []));
  const figures = units.map(async (unit) => {
    const { stdout } = await machine.exec(
      `systemd-analyze security --no-pager ${unit.replace("@.", "@1.")} | tail -n 1`,
    );
    return [unit, Number(/: (\d+\.\d) /.exec(stdout)?.[1])] as const;
  });
  return Object.fromEntries(await Promise.all(figures));
}
