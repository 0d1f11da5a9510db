import type { Results } from "../results.ts";
import { range } from "../statistics.ts";
import { table } from "./table.ts";

const ENDS = { reboot: "a shutdown", crash: "a power cut" } as const;

export function reboots({ reboots: all }: Results): string {
  if (all === undefined) return "";
  const rows = all.map(({ network, end, count, active, ready, caughtUp, cpu }) => [
    `${ENDS[end]}, podNetwork = ${network}`,
    count,
    ...[active, ready, caughtUp, cpu].map(range),
  ]);
  return table("A boot of a standalone host", [
    [
      "after",
      "boots",
      "all containers active, s",
      "all pods Ready, s",
      "the missed Job has ended, s",
      "CPU ms of the machine",
    ],
    ...rows,
  ]);
}
