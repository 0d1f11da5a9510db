import type { Workload } from "../model/api/workload.ts";

interface Limited {
  readonly workload: Workload;
  /** Why the workload gets fewer pods than it asks for. */
  readonly problem?: string;
}

/** Returns the workload with no more pods at one time than the host accepts. In a cluster the rest would wait for other nodes. */
export function withinRoom(workload: Workload, maxPods: number): Limited {
  switch (workload.kind) {
    case "DaemonSet":
      return { workload };
    case "Deployment":
    case "StatefulSet":
      if (workload.replicas <= maxPods) return { workload };
      return { workload: { ...workload, replicas: maxPods }, problem: tooMany("replicas", workload.replicas, maxPods) };
    case "Job": {
      const { parallelism, completions = parallelism } = workload;
      if (Math.min(parallelism, completions) <= maxPods) return { workload };
      return { workload: { ...workload, parallelism: maxPods }, problem: tooMany("parallelism", parallelism, maxPods) };
    }
  }
}

function tooMany(field: string, count: number, maxPods: number): string {
  return `spec.${field}: maxPods of the configuration is ${maxPods}, so no more of ${count} pods run: write a lower number, or raise maxPods`;
}
