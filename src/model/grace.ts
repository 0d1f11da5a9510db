import type { Container, Pod } from "./pod.ts";

/** Seconds that a container may take to stop: a probe's own, when that is longer than the pod's. */
export function longestGrace(pod: Pod, { startupProbe, livenessProbe }: Container): number {
  const own = [startupProbe, livenessProbe].map((probe) => probe?.terminationGracePeriodSeconds ?? 0);
  return Math.max(pod.spec.terminationGracePeriodSeconds ?? 30, ...own);
}
