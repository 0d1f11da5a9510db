import type { Container, Pod } from "./pod.ts";

/**
 * systemd gives what records an exit as long as it gives the program, and on a host that stood still for ten seconds that
 * has hardly begun when they are over: an exit of which nobody knows anything would fail a Job that had succeeded.
 */
const EXIT_RECORD_S = 30;

/** Seconds that systemd gives a container to stop. What is less than that, runs see to. */
export function stopTimeout(pod: Pod, container: Container): number {
  return Math.max(EXIT_RECORD_S, longestGrace(pod, container));
}

/** Seconds that a container may take to stop: a probe's own, when that is longer than the pod's. */
export function longestGrace(pod: Pod, { startupProbe, livenessProbe }: Container): number {
  const own = [startupProbe, livenessProbe].map((probe) => probe?.terminationGracePeriodSeconds ?? 0);
  return Math.max(pod.spec.terminationGracePeriodSeconds ?? 30, ...own);
}
