import { isTerminal } from "../model/api/phase.ts";
import type { Job } from "../model/api/workload.ts";
import { countIndexes, formatIndexes, parseIndexes, withIndex } from "../model/index-set.ts";
import type { JobEnd, JobState, OwnedPod } from "../model/workload-state.ts";
import { failureAction } from "./failure-policy.ts";
import { isKept } from "./pods.ts";

type Counts = Omit<JobState, "startedAt" | "end">;

interface Counted {
  readonly pods: readonly OwnedPod[];
  readonly counts: Counts;
  /** A rule of the failure policy ends the Job. */
  readonly failure?: Omit<JobEnd, "at">;
}

/** Counts the pods that have ended by themselves since the last run, and marks them. */
export function counted(workload: Job, pods: readonly OwnedPod[], before: JobState | undefined): Counted {
  const isNew = (each: OwnedPod) => !each.counted && isKept(each) && isTerminal(each.pod.status?.phase);
  const ended = pods.filter(isNew);
  const succeeded = ended.filter(({ pod }) => pod.status?.phase === "Succeeded");
  const failures = ended
    .filter(({ pod }) => pod.status?.phase === "Failed")
    .map((owned) => ({ owned, ...failureAction(workload.failureRules, owned.pod) }));
  const own = failures.filter(({ action }) => action !== "Ignore");
  const message = failures.find((each) => each.message !== undefined)?.message;
  const counts = {
    succeeded: (before?.succeeded ?? 0) + succeeded.length,
    failed: (before?.failed ?? 0) + own.length,
  };
  return {
    pods: pods.map((each) => (isNew(each) ? { ...each, counted: true as const } : each)),
    counts: workload.indexed ? { ...counts, ...ofIndexes(workload, succeeded, own, before) } : counts,
    ...(message !== undefined && { failure: { type: "Failed", reason: "PodFailurePolicy", message } }),
  };
}

interface Failure {
  readonly owned: OwnedPod;
  readonly action: string | undefined;
}

/** `job/indexed_job_utils.go: calculateSucceededIndexes`, `calculateFailedIndexes`, v1.36. */
function ofIndexes(
  { backoffLimitPerIndex: limit }: Job,
  succeeded: readonly OwnedPod[],
  failures: readonly Failure[],
  before: JobState | undefined,
): Omit<Counts, "failed"> {
  let completed = parseIndexes(before?.completedIndexes ?? "") ?? [];
  for (const { index = 0 } of succeeded) completed = withIndex(completed, index);
  const completedIndexes = formatIndexes(completed);
  if (limit === undefined) return { succeeded: countIndexes(completed), completedIndexes };
  let failed = parseIndexes(before?.failedIndexes ?? "") ?? [];
  const indexFailures: Record<string, number> = { ...before?.indexFailures };
  for (const { owned, action } of failures) {
    const { index = 0 } = owned;
    const count = (indexFailures[index] ?? 0) + 1;
    indexFailures[index] = count;
    if (action === "FailIndex" || count > limit) failed = withIndex(failed, index);
  }
  return {
    ...{ succeeded: countIndexes(completed), completedIndexes },
    ...(failed.length > 0 && { failedIndexes: formatIndexes(failed) }),
    ...(Object.keys(indexFailures).length > 0 && { indexFailures }),
  };
}
