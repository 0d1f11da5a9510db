import type { Container, ContainerStatus, Pod, PodPhase } from "../model/api/pod.ts";
import { mayRestartAll, shouldRestart } from "../model/api/restart.ts";
import type { ContainerKind } from "../model/unit.ts";

/** Reason of the end of a container that the node has ended to restart all containers of the pod, and of its wait. */
export const RESTARTING = "RestartingAllContainers";

export interface Statuses {
  readonly init: readonly ContainerStatus[];
  readonly main: readonly ContainerStatus[];
}

/** Returns the phase (`kubelet_pods.go: getPhase`, v1.36). `ended`: the pod is being deleted and nothing of it runs. */
export function computePhase(pod: Pod, statuses: Statuses, ended: boolean): PodPhase {
  const find = (list: readonly Container[] | undefined, { name }: ContainerStatus) =>
    list?.find((each) => each.name === name);
  const begun = statuses.main.some(({ state, lastState }) => state.waiting === undefined || lastState.terminated);
  const init = statuses.init.map((status) => {
    const container = find(pod.spec.initContainers, status) ?? { name: status.name };
    if (container.restartPolicy !== "Always") return standing(pod, container, status, "init");
    // A sidecar counts only until it has started. Its later exits do not change the phase.
    return begun || status.started ? "done" : "pending";
  });
  const main = statuses.main.map((status) =>
    standing(pod, find(pod.spec.containers, status) ?? { name: status.name }, status, "container"),
  );
  if (init.includes("failed")) return "Failed";
  if (init.includes("pending") || init.includes("running") || main.includes("pending")) return "Pending";
  if (main.includes("running")) return "Running";
  if (!ended && main.includes("restarting")) return "Running";
  return statuses.main.every((status) => lastEnd(status)?.exitCode === 0) ? "Succeeded" : "Failed";
}

/** `restarting` has ended and will run again; `done` and `failed` have ended for good. */
type Standing = "pending" | "running" | "restarting" | "done" | "failed";

function standing(pod: Pod, container: Container, status: ContainerStatus, kind: ContainerKind): Standing {
  if (status.state.running !== undefined) return "running";
  const end = lastEnd(status);
  if (end === undefined) return "pending";
  // All containers of the pod restart, whatever their own policies.
  if (end.reason === RESTARTING || (status.state.waiting !== undefined && mayRestartAll(pod.spec))) return "restarting";
  if (shouldRestart(pod, container, kind, end.exitCode)) return "restarting";
  return end.exitCode === 0 ? "done" : "failed";
}

function lastEnd({ state, lastState }: ContainerStatus): ContainerStatus["lastState"]["terminated"] {
  return state.terminated ?? lastState.terminated;
}
