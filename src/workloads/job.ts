import { statusesOf } from "../model/api/containers.ts";
import { isTerminal, isTerminating } from "../model/api/phase.ts";
import { fromTimestamp, type Instant } from "../model/api/time.ts";
import type { Job } from "../model/api/workload.ts";
import type { JobEnd, JobState, OwnedPod, WorkloadState } from "../model/workload-state.ts";
import { sharePorts } from "./host-ports.ts";
import { newPod } from "./new-pod.ts";
import type { Outcome } from "./outcome.ts";
import { freeOrdinals, isActive, isKept, withEnding } from "./pods.ts";

/** `job/job_controller.go: DefaultJobPodFailureBackOff`, `MaxJobPodFailureBackOff`, v1.36. */
const FIRST_DELAY_MS = 10_000;
const MAX_DELAY_MS = 600_000;

/** How many pods that have ended a Job keeps while it runs. A cluster keeps thousands, which each run would read here. */
const MAX_ENDED = 100;

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
  const { pods, counts } = counted(known, before);
  const startedAt = Math.min(before?.startedAt ?? now, now);
  const job: JobState = { ...counts, ...(!workload.suspend && { startedAt }) };
  const end = endOf(workload, job, pods, now);
  const ended = withEnding(pods, pods.filter(isActive), now);
  if (end !== undefined) return { wanted, ...afterEnd(workload, ended, { ...job, end }, now) };
  if (workload.suspend) return { pods: ended, wanted, job, dueAt: [] };
  const { pods: next, dueAt } = withMissing(workload, job, pods, now);
  const { activeDeadlineSeconds } = workload;
  const deadline = activeDeadlineSeconds === undefined ? [] : [startedAt + activeDeadlineSeconds * 1000];
  return { pods: withoutOldest(next, now), wanted, job, dueAt: [...dueAt, ...deadline] };
}

/** Counts the pods that have ended by themselves since the last run, and marks them. */
function counted(
  pods: readonly OwnedPod[],
  before: JobState | undefined,
): { readonly pods: readonly OwnedPod[]; readonly counts: Pick<JobState, "succeeded" | "failed"> } {
  const isNew = (each: OwnedPod) => !each.counted && isKept(each) && isTerminal(each.pod.status?.phase);
  const ended = pods.filter(isNew);
  const count = (phase: string) => ended.filter(({ pod }) => pod.status?.phase === phase).length;
  return {
    pods: pods.map((each) => (isNew(each) ? { ...each, counted: true as const } : each)),
    counts: {
      succeeded: (before?.succeeded ?? 0) + count("Succeeded"),
      failed: (before?.failed ?? 0) + count("Failed"),
    },
  };
}

/** Ends the oldest pods that have ended by themselves. The last one stays, because the ordinal of the next one follows its own. */
function withoutOldest(pods: readonly OwnedPod[], now: Instant): readonly OwnedPod[] {
  const ended = pods.filter((each) => each.counted && isKept(each)).toSorted((a, b) => a.ordinal - b.ordinal);
  return withEnding(pods, ended.slice(0, -MAX_ENDED), now);
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

/** `job_controller.go: manageJob`, v1.36. */
function withMissing(
  workload: Job,
  job: JobState,
  pods: readonly OwnedPod[],
  now: Instant,
): Pick<Outcome, "pods" | "dueAt"> {
  const { parallelism, completions } = workload;
  const active = pods.filter(isActive);
  // Without completions no pod is added once one has succeeded.
  const left =
    completions === undefined ? (job.succeeded > 0 ? active.length : parallelism) : completions - job.succeeded;
  const wanted = completions === undefined ? left : Math.min(parallelism, left);
  if (active.length >= wanted) return { pods: withEnding(pods, active.slice(wanted), now), dueAt: [] };
  const ends = ({ pod }: OwnedPod) => isTerminating(pod) && !isTerminal(pod.status?.phase);
  const missing = wanted - active.length - (workload.replacesEnded ? pods.filter(ends).length : 0);
  if (missing <= 0) return { pods, dueAt: [] };
  const at = nextStart(pods, now);
  if (now < at) return { pods, dueAt: [at] };
  const next = pods.reduce((highest, { ordinal }) => Math.max(highest, ordinal), -1) + 1;
  const isExclusive = sharePorts(workload.template.spec, workload.template.spec);
  if (isExclusive && pods.some(({ pod }) => !isTerminal(pod.status?.phase))) return { pods, dueAt: [] };
  const count = isExclusive ? 1 : missing;
  const added = freeOrdinals(workload, pods, count, next).map((ordinal) => newPod(workload, ordinal, now));
  return { pods: [...pods, ...added], dueAt: [] };
}

/**
 * Returns when the next pod may start: a delay after the last failure, which doubles with each one since the last success
 * (`job/backoff_utils.go`, v1.36).
 */
function nextStart(pods: readonly OwnedPod[], now: Instant): Instant {
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
