import { containersOf } from "../model/api/containers.ts";
import type { Pod } from "../model/api/pod.ts";
import type { Problem } from "../model/problem.ts";

/**
 * The containers of one pod. The unit of each names those before it, so thousands would take every run more time than it
 * has, and no other pod would go on.
 */
const MAX_CONTAINERS = 250;

/** Returns why the pod has too many containers; undefined when it has not. */
export function tooManyContainers({ spec }: Pod): Problem | undefined {
  const count = containersOf(spec).length;
  if (count <= MAX_CONTAINERS) return undefined;
  const because = `is a pod of ${count} containers, and a pod of this node has ${MAX_CONTAINERS} at most`;
  return { severity: "reject", path: "spec", because, remedy: "divide it into several pods" };
}

/** Returns the pod without the ephemeral containers that are too many: they were added to a pod that had been let in. */
export function withinLimit(pod: Pod): Pod {
  const { ephemeralContainers = [] } = pod.spec;
  const excess = containersOf(pod.spec).length - MAX_CONTAINERS;
  if (excess <= 0 || ephemeralContainers.length === 0) return pod;
  return { ...pod, spec: { ...pod.spec, ephemeralContainers: ephemeralContainers.slice(0, -excess) } };
}
