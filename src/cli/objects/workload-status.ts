import { isTerminal, isTerminating } from "../../model/api/phase.ts";
import { fromTimestamp, type Instant, toTimestamp } from "../../model/api/time.ts";
import type { OwnedPod, WorkloadState } from "../../model/workload-state.ts";
import { countAt, type Tree } from "./api-object.ts";

/**
 * Returns the status of a workload from what the host remembers of it, with the fields that the API has for its kind. `object` is the
 * workload's document.
 */
export function workloadStatus(state: WorkloadState, object: unknown, now: Instant): Tree {
  const active = state.pods.filter(({ pod }) => !isTerminating(pod) && !isTerminal(pod.status?.phase));
  const minReadySeconds = countAt(object, "spec", "minReadySeconds");
  const counts = {
    all: active.length,
    ready: active.filter((each) => readySince(each) !== undefined).length,
    updated: active.filter(({ templateHash }) => templateHash === state.templateHash).length,
    available: active.filter((each) => (readySince(each) ?? Infinity) + minReadySeconds * 1000 <= now).length,
    wanted: state.wanted,
  };
  const message = state.problem === undefined ? {} : { conditions: [problemOf(state.problem)] };
  switch (state.kind) {
    case "Job":
      return jobStatus(state, counts.all, counts.ready);
    case "DaemonSet":
      return { ...daemonSetStatus(counts), ...message };
    default:
      return { ...replicaStatus(counts), ...message };
  }
}

type Counts = Readonly<Record<"all" | "ready" | "updated" | "available" | "wanted", number>>;

function replicaStatus({ all, ready, updated, available, wanted }: Counts): Tree {
  const unavailable = Math.max(0, wanted - available);
  return {
    replicas: all,
    readyReplicas: ready,
    updatedReplicas: updated,
    availableReplicas: available,
    ...(unavailable > 0 && { unavailableReplicas: unavailable }),
  };
}

function daemonSetStatus({ all, ready, updated, available, wanted }: Counts): Tree {
  return {
    desiredNumberScheduled: wanted,
    currentNumberScheduled: Math.min(all, wanted),
    numberReady: ready,
    updatedNumberScheduled: updated,
    numberAvailable: available,
  };
}

function jobStatus({ job }: WorkloadState, active: number, ready: number): Tree {
  const { startedAt, succeeded = 0, failed = 0, end } = job ?? {};
  const at = end && toTimestamp(end.at);
  return {
    ...(active > 0 && { active, ready }),
    ...(succeeded > 0 && { succeeded }),
    ...(failed > 0 && { failed }),
    ...(startedAt !== undefined && { startTime: toTimestamp(startedAt) }),
    ...(end?.type === "Complete" && { completionTime: at }),
    ...(end && { conditions: [{ ...end, at: undefined, status: "True", lastTransitionTime: at }] }),
  };
}

/** A condition of unitlet's own: why the workload does not get what it asks for. */
function problemOf(message: string): Tree {
  return { type: "Problem", status: "True", message };
}

function readySince({ pod: { status } }: OwnedPod): Instant | undefined {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") return undefined;
  const since = fromTimestamp(ready.lastTransitionTime ?? "");
  return Number.isNaN(since) ? 0 : since;
}
