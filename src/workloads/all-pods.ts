import type { Pod } from "../model/api/pod.ts";
import type { Workload } from "../model/api/workload.ts";
import { possibleReplicas } from "./host-ports.ts";
import { indexedPod } from "./indexed-job.ts";
import { newPod } from "./new-pod.ts";
import { withinRoom } from "./room.ts";

/** Returns all pods that workloads have at one time when nothing has failed: those of a Job which run beside each other. */
export function allPodsOf(workloads: readonly Workload[], maxPods: number): readonly Pod[] {
  return workloads.flatMap((each) => {
    const { workload } = withinRoom(each, maxPods);
    return ordinalsOf(workload).map((ordinal) => podOf(workload, ordinal));
  });
}

function podOf(workload: Workload, ordinal: number): Pod {
  const owned = newPod(workload, ordinal, 0);
  return (workload.kind === "Job" && workload.indexed ? indexedPod(workload, owned, ordinal) : owned).pod;
}

function ordinalsOf(workload: Workload): readonly number[] {
  switch (workload.kind) {
    case "DaemonSet":
      return [0];
    case "Deployment":
      return upTo(possibleReplicas(workload.replicas, workload.template.spec).replicas);
    case "StatefulSet":
      return upTo(possibleReplicas(workload.replicas, workload.template.spec).replicas).map(
        (ordinal) => workload.firstOrdinal + ordinal,
      );
    case "Job":
      return upTo(Math.min(workload.parallelism, workload.completions ?? workload.parallelism));
  }
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}
