import type { Container, Pod } from "./pod.ts";

/**
 * TimeoutStopSec= applies to container-exit as well. On a stalled host ten seconds are not enough for it, and a lost
 * exit record would fail a Job that has succeeded.
 */
const EXIT_RECORD_S = 30;

/**
 * The grace period of a delete may be longer than the pod's. container-stop waits for it within TimeoutStopSec=, so the
 * unit has this much more.
 */
const HELPER_MARGIN_S = 3600;

/** The time from the end of a grace period until container-stop has killed the container. */
const KILL_MARGIN_S = 5;

/** True for a grace period that TimeoutStopSec= alone cannot keep, because it must be long enough for container-exit. */
export function isShorterThanRecord(pod: Pod, container: Container): boolean {
  return longestGrace(pod, container) < EXIT_RECORD_S;
}

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

/**
 * Returns TimeoutStopSec= of a container's unit in seconds; `stopHelper`: container-stop ends the container. A container
 * without a hook gets no large margin, because a container-exit that hangs would hold it for as long.
 */
export function unitStopTimeout(pod: Pod, container: Container, stopHelper: boolean): number {
  if (!stopHelper) return stopTimeout(pod, container);
  const grace = helperGrace(pod, container);
  const isShort = isShorterThanRecord(pod, container) && container.lifecycle?.preStop === undefined;
  return isShort ? Math.max(EXIT_RECORD_S, grace + KILL_MARGIN_S) : grace + HELPER_MARGIN_S;
}

/** Returns the seconds that container-stop gives a container. */
export function helperGrace(pod: Pod, container: Container): number {
  return Math.max(1, longestGrace(pod, container));
}
