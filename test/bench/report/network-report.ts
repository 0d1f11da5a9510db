import type { Results } from "../results.ts";
import { number, range, type Summary } from "../statistics.ts";
import { table } from "./table.ts";

/** Pods with networks of their own beside pods on the host's, and what the plugins take of the difference. */
export function network({ network: measured }: Results): string {
  if (measured === undefined) return "";
  const { running, plugins, sandbox, burst, idle } = measured;
  const times = ({ median, p95, max }: Summary) => [median, p95, max].map(number);
  const starts = table("A network of its own: ms", [
    ["", "median", "p95", "worst"],
    ["created → Running, on the host's network", ...times(running.host)],
    ["created → Running, with a network of its own", ...times(running.own)],
    ["… of it the sandbox", ...times(sandbox)],
    ["the plugins alone: wall", ...times(plugins.wall)],
    ["the plugins alone: CPU", ...times(plugins.cpu)],
  ]);
  const many = table("Many networks", [
    ["", "on the host's network", "with networks of their own", "ratio"],
    [`${burst.count} pods at once: s`, number(burst.host), number(burst.own), number(burst.own / burst.host)],
    [
      `an idle run with ${idle.count} pods: CPU ms`,
      range(idle.host),
      range(idle.own),
      number(idle.own.median / idle.host.median),
    ],
  ]);
  return `${starts}\n${many}`;
}
