import { statusesOf } from "../model/api/containers.ts";
import { fromTimestamp, type Instant } from "../model/api/time.ts";
import type { OwnedPod } from "../model/workload-state.ts";

/** `job/job_controller.go: DefaultJobPodFailureBackOff`, `MaxJobPodFailureBackOff`, v1.36. */
const FIRST_DELAY_MS = 10_000;
const MAX_DELAY_MS = 600_000;

/**
 * Returns when the next pod may start: a delay after the last failure, which doubles with each one since the last success
 * (`job/backoff_utils.go`, v1.36).
 */
export function nextStart(pods: readonly OwnedPod[], now: Instant): Instant {
  const ends = pods
    .filter(({ counted }) => counted)
    .map(({ pod }) => ({ at: endedAt(pod.status), hasFailed: pod.status?.phase === "Failed" }))
    .toSorted((a, b) => a.at - b.at);
  const failures = ends.slice(ends.findLastIndex(({ hasFailed }) => !hasFailed) + 1);
  const last = failures.findLast(({ at }) => at <= now);
  return last === undefined ? 0 : last.at + Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures.length - 1));
}

/** Returns when the last container of a pod has ended; for a pod without any, when its readiness ended. */
function endedAt(status: OwnedPod["pod"]["status"]): Instant {
  const ends = statusesOf(status).flatMap(({ state }) => state.terminated?.finishedAt ?? []);
  const ready = status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime;
  const times = [...ends, ...(ends.length === 0 && ready ? [ready] : [])].map(fromTimestamp).filter((at) => at > 0);
  return Math.max(0, ...times);
}
