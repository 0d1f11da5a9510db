import type { Results } from "../results.ts";
import { KINDS } from "../scale/kinds.ts";
import type { Load } from "../scale/scale.ts";
import type { Traffic } from "../scale/traffic.ts";
import { number } from "../statistics.ts";
import { table } from "./table.ts";

/** What quiet nodes ask of the API server, and what that costs it. */
export function scale({ traffic = [], scale: measured }: Results): string {
  return [quiet(traffic), ...(measured === undefined ? [] : [loads(measured.loads), lists(measured.lists)])]
    .filter((text) => text !== "")
    .join("\n");
}

function quiet(all: readonly Traffic[]): string {
  if (all.length === 0) return "";
  const row = (what: string, value: (traffic: Traffic) => number) => [what, ...all.map((each) => number(value(each)))];
  const seen = KINDS.filter((kind) => all.some(({ requests }) => requests[kind] !== undefined));
  const sum = ({ requests }: Traffic) => Object.values(requests).reduce((total, count) => total + count, 0);
  return table(`A quiet node: requests a minute, counted for ${all[0]?.seconds} s`, [
    ["", ...all.map(({ pods, watch }) => `${watch ? "watch" : "timer"}, ${pods} pods`)],
    ...seen.map((kind) => row(kind, ({ requests }) => requests[kind] ?? 0)),
    row("all", sum),
    row("connections", ({ connections }) => connections),
    row("bytes in", ({ received }) => received),
    row("bytes out", ({ sent }) => sent),
  ]);
}

function loads(all: readonly Load[]): string {
  const rows = all.map(({ agent, nodes, answers, watches, apiServer, etcd, memory }) => [
    nodes,
    agent,
    ...[watches, apiServer / 10, etcd / 10, memory].map(number),
    ...(answers === undefined
      ? ["", "", "", ""]
      : [answers.requests, answers.failed, answers.median, answers.p99].map(number)),
  ]);
  const head = ["nodes", "agent", "watches", "API server, % of a core", "etcd, %", "API server, MiB"];
  return table("Many quiet nodes", [[...head, "requests", "failed", "median ms", "p99 ms"], ...rows]);
}

function lists(all: NonNullable<Results["scale"]>["lists"]): string {
  const rows = all.map(({ pods, what, cpu, answers }) => [
    pods,
    what,
    ...[cpu, answers.median, answers.p99].map(number),
  ]);
  return table("One list of a node's pods", [
    ["pods in the cluster", "", "API server, CPU ms", "median ms", "p99 ms"],
    ...rows,
  ]);
}
