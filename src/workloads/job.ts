import { statusesOf } from "../model/api/containers.ts";
import type { Instant } from "../model/api/time.ts";
import type { Job } from "../model/api/workload.ts";
import type { JobEnd, JobState, OwnedPod, WorkloadState } from "../model/workload-state.ts";
import { indexedEnd } from "./indexed-job.ts";
import { counted } from "./job-counts.ts";
import { withMissing, withoutOldest } from "./job-pods.ts";
import type { Outcome } from "./outcome.ts";
import { isActive, withEnding } from "./pods.ts";

/**
 * Decides for a Job (`job/job_controller.go: syncJob`, v1.36). A Job that has ended is never run again. Times that are in the future
 * are from before the clock was set back.
 */
export function reconcileJob(workload: Job, { pods: known, job: before }: WorkloadState, now: Instant): Outcome {
  const wanted = workload.completions ?? 1;
  if (before?.end !== undefined) {
    const end = { ...before.end, at: Math.min(before.end.at, now) };
    return { wanted, ...afterEnd(workload, known, { ...before, end }, now) };
  }
  const { pods, counts, failure } = counted(workload, known, before);
  const startedAt = Math.min(before?.startedAt ?? now, now);
  const job: JobState = { ...counts, ...(!workload.suspend && { startedAt }) };
  const end = failure === undefined ? endOf(workload, job, pods, now) : { ...failure, at: now };
  const ended = withEnding(pods, pods.filter(isActive), now);
  if (end !== undefined) return { wanted, ...afterEnd(workload, ended, { ...job, end }, now) };
  if (workload.suspend) return { pods: ended, wanted, job, dueAt: [] };
  const { pods: next, dueAt } = withMissing(workload, job, pods, now);
  const { activeDeadlineSeconds } = workload;
  const deadline = activeDeadlineSeconds === undefined ? [] : [startedAt + activeDeadlineSeconds * 1000];
  return { pods: withoutOldest(next, now), wanted, job, dueAt: [...dueAt, ...deadline] };
}

/** Ends the pods when the time to live is over. What is known of the Job stays, so that it does not run again. */
function afterEnd(
  { ttlSecondsAfterFinished: ttl }: Job,
  pods: readonly OwnedPod[],
  job: JobState & { readonly end: JobEnd },
  now: Instant,
): Omit<Outcome, "wanted"> {
  const { end } = job;
  const problem = end.type === "Failed" ? { problem: `${end.reason}: ${end.message}` } : {};
  const over = ttl === undefined ? undefined : end.at + ttl * 1000;
  if (over === undefined || pods.length === 0) return { pods, job, ...problem, dueAt: [] };
  if (now < over) return { pods, job, ...problem, dueAt: [over] };
  return { pods: withEnding(pods, pods, now), job, ...problem, dueAt: [] };
}

function endOf(workload: Job, job: JobState, pods: readonly OwnedPod[], now: Instant): JobEnd | undefined {
  const { activeDeadlineSeconds = Number.POSITIVE_INFINITY, backoffLimit, completions, suspend } = workload;
  if (job.failed > backoffLimit || restarts(workload, pods) > backoffLimit) {
    const message = "Job has reached the specified backoff limit";
    return { type: "Failed", at: now, reason: "BackoffLimitExceeded", message };
  }
  if (job.startedAt !== undefined && now - job.startedAt >= activeDeadlineSeconds * 1000) {
    const message = "Job was active longer than specified deadline";
    return { type: "Failed", at: now, reason: "DeadlineExceeded", message };
  }
  const indexed = indexedEnd(workload, job);
  if (indexed !== undefined) return { ...indexed, at: now };
  const hasActive = !suspend && pods.some(isActive);
  const isComplete = completions === undefined ? job.succeeded > 0 && !hasActive : job.succeeded >= completions;
  return isComplete ? { type: "Complete", at: now } : undefined;
}

/** Restarts count only with restartPolicy OnFailure (`job_controller.go: pastBackoffLimitOnFailure`, v1.36). */
function restarts({ template, backoffLimit }: Job, pods: readonly OwnedPod[]): number {
  if (template.spec.restartPolicy !== "OnFailure") return 0;
  const active = pods.filter((each) => isActive(each) && each.pod.status?.phase !== undefined);
  const all = active.flatMap(({ pod }) => statusesOf(pod.status)).map(({ restartCount }) => restartCount);
  const sum = all.reduce((total, count) => total + count, 0);
  // With a limit of 0 the first restart is one too many; otherwise the restart that reaches the limit is.
  return backoffLimit === 0 || sum < backoffLimit ? sum : sum + 1;
}
