import type { Pod } from "../../model/api/pod.ts";

/** From here on pods are the system's own: the priority of system-cluster-critical. */
export const SYSTEM_CRITICAL = 2_000_000_000;

/** Never evicted, and let in at the expense of others. */
export function isCritical({ spec }: Pod): boolean {
  return (spec.priority ?? 0) >= SYSTEM_CRITICAL;
}
