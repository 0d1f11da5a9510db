import { isTerminal, isTerminating } from "../model/api/phase.ts";
import type { Instant } from "../model/api/time.ts";
import type { Job } from "../model/api/workload.ts";
import type { JobState, OwnedPod } from "../model/workload-state.ts";
import { sharePorts } from "./host-ports.ts";
import { dueIndexes, indexedPod } from "./indexed-job.ts";
import { nextStart } from "./job-backoff.ts";
import { newPod } from "./new-pod.ts";
import type { Outcome } from "./outcome.ts";
import { freeOrdinals, isActive, isKept, withEnding } from "./pods.ts";

/** How many pods that have ended a Job keeps while it runs. A cluster keeps thousands, which each run would read here. */
const MAX_ENDED = 100;

/** Ends the oldest pods that have ended by themselves. The last one stays, because the ordinal of the next one follows its own. */
export function withoutOldest(pods: readonly OwnedPod[], now: Instant): readonly OwnedPod[] {
  const ended = pods.filter((each) => each.counted && isKept(each)).toSorted((a, b) => a.ordinal - b.ordinal);
  return withEnding(pods, ended.slice(0, -MAX_ENDED), now);
}

/** `job_controller.go: manageJob`, v1.36. */
export function withMissing(
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
  const indexes = workload.indexed ? dueIndexes(workload, job, pods, now) : undefined;
  const at = indexes === undefined ? nextStart(pods, now) : indexes.nextAt;
  const isWaiting = indexes === undefined ? now < (at ?? 0) : indexes.due(1).length === 0;
  if (isWaiting) return { pods, dueAt: at === undefined ? [] : [at] };
  const next = pods.reduce((highest, { ordinal }) => Math.max(highest, ordinal), -1) + 1;
  const isExclusive = sharePorts(workload.template.spec, workload.template.spec);
  if (isExclusive && pods.some(({ pod }) => !isTerminal(pod.status?.phase))) return { pods, dueAt: [] };
  const count = isExclusive ? 1 : missing;
  const chosen = indexes?.due(count);
  const ordinals = freeOrdinals(workload, pods, chosen?.length ?? count, next);
  const added = ordinals.map((ordinal, place) => {
    const owned = newPod(workload, ordinal, now);
    const index = chosen?.[place];
    return index === undefined ? owned : indexedPod(workload, owned, index, job);
  });
  return { pods: [...pods, ...added], dueAt: at !== undefined && at > now ? [at] : [] };
}
