import type { Deployment, Workload } from "../model/api/workload.ts";
import { fenceposts } from "./deployment-limits.ts";

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
    case "Deployment": {
      const limited = withSurgeWithin({ ...workload, replicas: Math.min(workload.replicas, maxPods) }, maxPods);
      if (workload.replicas <= maxPods) return { workload: limited };
      return { workload: limited, problem: tooMany("replicas", workload.replicas, maxPods) };
    }
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

/** Without any room one pod after the other ends, because a rollout with both limits 0 does so (`ResolveFenceposts`, v1.36). */
function withSurgeWithin(workload: Deployment, maxPods: number): Deployment {
  const { rollingUpdate, replicas } = workload;
  const room = maxPods - replicas;
  if (rollingUpdate === undefined || fenceposts(rollingUpdate, replicas).maxSurge <= room) return workload;
  return { ...workload, rollingUpdate: { ...rollingUpdate, maxSurge: room } };
}

function tooMany(field: string, count: number, maxPods: number): string {
  return `spec.${field}: maxPods of the configuration is ${maxPods}, so no more of ${count} pods run: write a lower number, or raise maxPods`;
}
