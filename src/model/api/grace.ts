import type { Container, Pod } from "./pod.ts";

/**
 * TimeoutStopSec= applies to container-exit as well. On a stalled host ten seconds are not enough for it, and a lost
 * exit record would fail a Job that has succeeded.
 */
const EXIT_RECORD_S = 30;

/**
 * The longest grace period, 68 years. The API allows 2^63 - 1 seconds, which neither systemd nor a shell can add to a time.
 */
const MAX_GRACE_S = 2 ** 31 - 1;

/** Returns the grace period of the delete in seconds; undefined when the pod is not being deleted. */
export function deletionGrace({ metadata: { deletionGracePeriodSeconds: seconds } }: Pod): number | undefined {
  return seconds === undefined ? undefined : Math.min(seconds, MAX_GRACE_S);
}

/**
 * The grace period of a delete may be longer than the pod's. container-stop waits for it within TimeoutStopSec=, so the
 * unit has this much more.
 */
const HELPER_MARGIN_S = 3600;

/** The time from the end of a grace period until container-stop has killed the container. */
const KILL_MARGIN_S = 5;

/** True for a grace period that TimeoutStopSec= alone cannot keep, because it must be long enough for container-exit. */
export function isShorterThanRecord(pod: Pod): boolean {
  return podGrace(pod) < EXIT_RECORD_S;
}

/**
 * True when a probe has a longer grace period than the pod. TimeoutStopSec= allows for it, and container-stop ends other stops
 * earlier.
 */
export function hasLongerProbe(pod: Pod, container: Container): boolean {
  return longestGrace(pod, container) > podGrace(pod);
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
  return Math.min(MAX_GRACE_S, Math.max(podGrace(pod), ...own));
}

function podGrace({ spec }: Pod): number {
  return Math.min(MAX_GRACE_S, spec.terminationGracePeriodSeconds ?? 30);
}

/**
 * Returns TimeoutStopSec= of a container's unit in seconds; `stopHelper`: container-stop ends the container. A container
 * without a hook gets no large margin, because a container-exit that hangs would hold it for as long.
 */
export function unitStopTimeout(pod: Pod, container: Container, stopHelper: boolean): number {
  if (!stopHelper) return stopTimeout(pod, container);
  const grace = Math.max(1, longestGrace(pod, container));
  const isOwn = isShorterThanRecord(pod) || hasLongerProbe(pod, container);
  const isBounded = isOwn && container.lifecycle?.preStop === undefined;
  return isBounded ? Math.max(EXIT_RECORD_S, grace + KILL_MARGIN_S) : grace + HELPER_MARGIN_S;
}

/** Returns the seconds that container-stop gives a container, unless a probe with a grace period of its own ends it. */
export function helperGrace(pod: Pod): number {
  return Math.max(1, podGrace(pod));
}
