import { isTerminal, isTerminating } from "../model/api/phase.ts";
import type { OwnedPod, WorkloadState } from "../model/workload-state.ts";
import { formatTable } from "./columns.ts";

const HEADER = ["NAMESPACE", "KIND", "NAME", "READY", "UP-TO-DATE"];

/** Returns a table with a row for each workload, and below it why some do not get what they ask for; nothing without any. */
export function workloadTable(states: readonly WorkloadState[]): string {
  if (states.length === 0) return "";
  const sorted = states.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const problems = sorted.flatMap((state) =>
    state.problem === undefined ? [] : [`${nameOf(state)}: ${state.problem}\n`],
  );
  const table = `\n${formatTable([HEADER, ...sorted.map(rowOf)])}`;
  return problems.length === 0 ? table : `${table}\n${problems.join("")}`;
}

function nameOf({ kind, namespace, name }: WorkloadState): string {
  return `${namespace}/${name} ${kind}`;
}

/** The READY of a Job is the number of pods that have succeeded. */
function rowOf({ kind, namespace, name, pods, wanted, templateHash, job }: WorkloadState): string[] {
  const active = pods.filter(({ pod }) => !isTerminating(pod) && !isTerminal(pod.status?.phase));
  const ready = kind === "Job" ? (job?.succeeded ?? 0) : active.filter(isReady).length;
  const updated =
    kind === "Job"
      ? (job?.end?.type ?? "-")
      : String(active.filter((each) => each.templateHash === templateHash).length);
  return [namespace, kind, name, `${ready}/${wanted}`, updated];
}

function isReady({ pod: { status } }: OwnedPod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;
}
