import type { Container, Pod } from "./pod.ts";

/**
 * TimeoutStopSec= applies to container-exit as well. On a stalled host ten seconds are not enough for it, and a lost
 * exit record would fail a Job that has succeeded.
 */
const EXIT_RECORD_S = 30;

/** Returns the seconds that systemd gives a container to stop. Runs enforce a shorter grace period. */
export function stopTimeout(pod: Pod, container: Container): number {
  return Math.max(EXIT_RECORD_S, longestGrace(pod, container));
}

/**
 * Returns the seconds that a container may take to stop: a probe's own grace period, if it is longer than the pod's.
 */
export function longestGrace(pod: Pod, { startupProbe, livenessProbe }: Container): number {
  const own = [startupProbe, livenessProbe].map((probe) => probe?.terminationGracePeriodSeconds ?? 0);
  return Math.max(pod.spec.terminationGracePeriodSeconds ?? 30, ...own);
}
