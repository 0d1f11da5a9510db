import { kinds } from "../idle.ts";
import type { Results } from "../results.ts";
import { number, range, type Summary } from "../statistics.ts";
import type { Runs } from "../subject.ts";
import { comparison } from "./comparison-report.ts";
import { checkGoals, slope } from "./goals.ts";
import { images } from "./images-report.ts";
import { network } from "./network-report.ts";
import { KUBELET, SYSTEMK } from "./peers.ts";
import { reboots } from "./reboot-report.ts";
import { scale } from "./scale-report.ts";
import { table } from "./table.ts";

/** All tables, for people. */
export function report(results: Results): string {
  const parts = [
    where,
    goals,
    runs,
    slopes,
    minutes,
    latency,
    bursts,
    port,
    sources,
    probes,
    images,
    network,
    comparison,
    reboots,
    scale,
  ];
  return parts
    .map((part) => part(results))
    .filter((text) => text !== "")
    .join("\n");
}

function where({ where: facts }: Results): string {
  return `${Object.entries(facts)
    .map(([name, value]) => `${name} ${value}`)
    .join(" · ")}\n`;
}

function goals(results: Results): string {
  const rows = checkGoals(results).map(({ what, goal, measured, verdict }) => [what, goal, measured, verdict]);
  return table("Goals", [["", "goal", "measured", "verdict"], ...rows]);
}

function sources({ sources: measured }: Results): string {
  if (measured === undefined) return "";
  const rows = measured.map(({ source, running, close, pods }) => [
    source,
    range(running),
    `${range(close.cpu)} (${pods} pods)`,
    close.requests,
  ]);
  return table("Pods that mount", [["", "to Running, ms", "the full run a minute later, CPU ms", "requests"], ...rows]);
}

function probes({ probes: measured }: Results): string {
  if (measured === undefined) return "";
  const rows = measured.kinds.map(({ kind, first, more }) => [kind, range(first), number(more)]);
  const { pods, total, systemd } = measured.minute;
  const share = `${number(total / 600)} %`;
  return [
    table("Probes: CPU ms", [["", "a process that makes one", "each more in the same process"], ...rows]),
    table("A minute of pods with two probes each", [
      ["pods", "CPU ms of the whole machine, with the probed server", "of a core", "of it PID 1"],
      [pods, number(total), share, number(systemd)],
    ]),
  ].join("\n");
}

const NAMES = { fastPath: "nothing changed", lease: "… and the lease is due", fullRun: "the full run" } as const;

function runs({ floor, idle }: Results): string {
  const rows = idle.flatMap(({ pods, runs, tick, renewal, started }) => [
    [pods, "no run needed", ...costOf(tick, 1), "", ""],
    [pods, "… and its lease is due", ...costOf(renewal, 2), "", ""],
    ...kinds.map((kind) => {
      const managers = kind === "fastPath" ? [number(started.systemd), number(started.bus)] : ["", ""];
      return [pods, NAMES[kind], ...costOf(runs[kind], runs[kind].requests), ...managers];
    }),
  ]);
  const bare = floor && ["–", "node -e 0", range(floor.cpu), range(floor.wall), range(floor.peak), 0, 0, 0, "", ""];
  return table("An idle run: median (min–max)", [
    ["pods", "run", "CPU ms", "wall ms", "peak MiB", "requests", "bytes in", "bytes out", "PID 1 ms", "dbus ms"],
    ...(bare ? [bare] : []),
    ...rows,
  ]);
}

function costOf({ cpu, wall, peak, received, sent }: Runs, requests: number): readonly (string | number)[] {
  return [range(cpu), range(wall), range(peak), requests, number(received.median), number(sent.median)];
}

function slopes(results: Results): string {
  const steps = [
    [0, 110],
    [110, 500],
  ] as const;
  const rows = steps.flatMap(([from, to]) => {
    const values = kinds.map((kind) => slope(results, from, to, kind));
    if (values.includes(undefined)) return [];
    return [[`${from} → ${to}`, ...values.map((value) => number(value ?? 0))]];
  });
  return table("Each pod more: CPU ms a run", [["pods", ...kinds.map((kind) => NAMES[kind])], ...rows]);
}

function minutes({ minutes: all, bare }: Results): string {
  const rows = all.map(({ pods, total, systemd, bus }) => [
    pods,
    number(total),
    number(systemd),
    number(bus),
    number(SYSTEMK.minute[pods] ?? Number.NaN),
    number(KUBELET.minute[pods] ?? Number.NaN),
    bare ? number(bare.total) : "",
  ]);
  const head = ["pods", "unitlet", "of it PID 1", "dbus", "systemk", "kubelet", "no agent"];
  return table("A minute in which nothing happens: CPU ms of the whole machine", [head, ...rows]);
}

function latency({ latency: both }: Results): string {
  const rows = both
    ? (["running", "gone"] as const).flatMap((what) => {
        const title = what === "running" ? "created → Running" : "deleted → gone";
        const line = (how: "watch" | "timer") => {
          const { median, p95, max } = both[how][what];
          const name = how === "watch" ? "unitlet, watch = yes" : "unitlet, timer alone";
          return [title, name, number(median), number(p95), number(max)];
        };
        const peers = [KUBELET, SYSTEMK].map(({ name, [what]: [median, p95] }) => [
          title,
          name,
          number(median),
          p95 === undefined ? "" : number(p95),
          "",
        ]);
        return [line("watch"), line("timer"), ...peers];
      })
    : [];
  return table("One pod: ms", [["", "", "median", "p95", "worst"], ...rows]);
}

function bursts({ burst }: Results): string {
  const rows = burst
    ? (["watch", "timer"] as const).map((how) => {
        const { running, cpuPerPod, systemdPerPod, gone, cpuPerGonePod } = burst[how];
        const name = how === "watch" ? "unitlet, watch = yes" : "unitlet, timer alone";
        return [name, ...[running, cpuPerPod, systemdPerPod, gone, cpuPerGonePod].map(number)];
      })
    : [];
  if (rows.length === 0) return "";
  const peers = [KUBELET, SYSTEMK].map(({ name, burst: [running, cpu, gone] }) => [name, running, cpu, "", gone, ""]);
  const head = ["", "all Running s", "CPU ms a pod", "of it PID 1", "all gone s", "CPU ms a pod gone"];
  return table("100 pods at once", [head, ...rows, ...peers]);
}

function port({ port: all }: Results): string {
  if (all === undefined) return "";
  const { firstByte, throughput, followers, silence, left } = all;
  const times = ({ median, p95, max }: Summary) => [median, p95, max].map(number);
  const first = table("Port 10250: ms until the client's first byte", [
    ["", "median", "p95", "worst"],
    ["kubectl logs, service stopped", ...times(firstByte.logs.cold)],
    ["kubectl logs, service running", ...times(firstByte.logs.warm)],
    ["kubectl exec, service stopped", ...times(firstByte.exec.cold)],
    ["kubectl exec, service running", ...times(firstByte.exec.warm)],
    ["logs straight at the port, service stopped", ...times(firstByte.portLogs.cold)],
    ["logs straight at the port, service running", ...times(firstByte.portLogs.warm)],
    ["exec straight at the port, service stopped", ...times(firstByte.portExec.cold)],
    ["exec straight at the port, service running", ...times(firstByte.portExec.warm)],
    ["kubectl get pod: the API server alone", ...times(firstByte.kubectl)],
    ["journalctl on the host", ...times(firstByte.journalctl)],
  ]);
  const rest = table("Port 10250: what it carries, and what it costs", [
    ["", ""],
    ["kubectl logs, MB/s", number(throughput.logs.speed)],
    ["… CPU ms of the service a MB", number(throughput.logs.cpu)],
    ["journalctl -o cat of the same entries, MB/s", number(throughput.journalctl.speed)],
    ["… CPU ms a MB", number(throughput.journalctl.cpu)],
    ["CPU of kubectl logs ÷ that of journalctl", number(throughput.logs.cpu / throughput.journalctl.cpu)],
    ["kubectl exec, MB/s", number(throughput.exec.speed)],
    ["… CPU ms of the service a MB", number(throughput.exec.cpu)],
    ["kubectl port-forward, MB/s", number(throughput.forward.speed)],
    ["… CPU ms of the service a MB", number(throughput.forward.cpu)],
    [`${followers.count} kubectl logs --follow: MiB of the service's own`, number(followers.own)],
    ["… with its share of programs and files in memory", number(followers.shared)],
    [`kubectl logs --follow, ${silence.seconds} s without a line: CPU ms of the service`, number(silence.cpu)],
    ["processes without clients", left],
  ]);
  return `${first}\n${rest}`;
}
