import type { Results } from "../results.ts";
import { number } from "../statistics.ts";

export interface Verdict {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  readonly verdict: "met" | "missed";
}

interface Goal {
  readonly what: string;
  readonly unit: string;
  readonly most: number;
  /** Undefined when it was not measured. */
  readonly figure: (results: Results) => number | undefined;
}

const GOALS: readonly Goal[] = [
  {
    what: "full runs although nothing has changed",
    unit: "%",
    most: 0,
    figure: ({ idle: all }) =>
      all.length > 0 ? Math.max(...all.map(({ started }) => started.fullRun * 100)) : undefined,
  },
  { what: "idle run, 110 pods: CPU", unit: "ms", most: 60, figure: (all) => idle(all, 110)?.cpu.median },
  { what: "idle run, 110 pods: peak memory", unit: "MiB", most: 60, figure: (all) => idle(all, 110)?.peak.median },
  { what: "each pod more, for an idle run: CPU", unit: "ms", most: 0.1, figure: (all) => slope(all, 110, 500) },
  {
    what: "a minute of the whole machine, 110 pods: CPU",
    unit: "ms",
    most: 900,
    figure: ({ minutes }) => minutes.find(({ pods }) => pods === 110)?.total,
  },
  {
    what: "created → Running with the watch, median",
    unit: "ms",
    most: 250,
    figure: ({ latency }) => latency?.watch.running.median,
  },
  {
    what: "created → Running with the timer alone, worst",
    unit: "ms",
    most: 5500,
    figure: ({ latency }) => latency?.timer.running.max,
  },
  { what: "100 pods at once with the watch", unit: "s", most: 5, figure: ({ burst }) => burst?.watch.running },
  { what: "100 pods at once with the timer alone", unit: "s", most: 10, figure: ({ burst }) => burst?.timer.running },
  {
    what: "100 pods at once, each: CPU of the machine",
    unit: "ms",
    most: 20,
    figure: ({ burst }) => burst && Math.max(burst.watch.cpuPerPod, burst.timer.cpuPerPod),
  },
  {
    what: "a network of its own, created → Running: more than on the host's, median",
    unit: "ms",
    most: 80,
    figure: ({ network }) => network && network.running.own.median - network.running.host.median,
  },
  {
    what: "100 pods at once with networks of their own",
    unit: "s",
    most: 6,
    figure: ({ network }) => network?.burst.own,
  },
  {
    what: "logs straight at a cold port, first byte",
    unit: "ms",
    most: 90,
    figure: ({ port }) => port?.firstByte.portLogs.cold.median,
  },
  {
    what: "exec straight at a cold port, first byte",
    unit: "ms",
    most: 120,
    figure: ({ port }) => port?.firstByte.portExec.cold.median,
  },
  {
    what: "kubectl logs: CPU as a multiple of journalctl -o cat",
    unit: "",
    most: 1.3,
    figure: ({ port }) => port && port.throughput.logs.cpu / port.throughput.journalctl.cpu,
  },
  {
    what: "100 kubectl logs --follow: memory of the service",
    unit: "MiB",
    most: 100,
    figure: ({ port }) => port?.followers.own,
  },
  {
    what: "a boot until all pods of a directory are Ready, worst",
    unit: "s",
    most: 10,
    figure: ({ reboots }) => reboots && Math.max(...reboots.map(({ ready }) => ready.max)),
  },
  { what: "processes at port 10250 without clients", unit: "", most: 0, figure: ({ port }) => port?.left },
];

export function checkGoals(results: Results): Verdict[] {
  return GOALS.flatMap(({ what, unit, most, figure }) => {
    const value = figure(results);
    if (value === undefined) return [];
    const verdict = value <= most ? "met" : "missed";
    return [{ what, goal: `≤ ${number(most)} ${unit}`, measured: `${number(value)} ${unit}`, verdict }];
  });
}

/** CPU ms that each pod more adds to a run that finds all as it was. */
export function slope(results: Results, from: number, to: number, kind: "fastPath" | "lease" | "fullRun" = "fastPath") {
  const [less, more] = [idle(results, from, kind), idle(results, to, kind)];
  return less && more && (more.cpu.median - less.cpu.median) / (to - from);
}

function idle(results: Results, pods: number, kind: "fastPath" | "lease" | "fullRun" = "fastPath") {
  return results.idle.find((each) => each.pods === pods)?.runs[kind];
}
