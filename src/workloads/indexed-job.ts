import { isTerminal, isTerminating } from "../model/api/phase.ts";
import type { Container } from "../model/api/pod.ts";
import type { Instant } from "../model/api/time.ts";
import type { Job, SuccessRule } from "../model/api/workload.ts";
import { countCommon, countIndexes, hasIndex, type IndexSet, parseIndexes } from "../model/index-set.ts";
import type { JobEnd, JobState, OwnedPod } from "../model/workload-state.ts";
import { nextStart } from "./job-backoff.ts";
import { isActive } from "./pods.ts";

const INDEX = "batch.kubernetes.io/job-completion-index";
const FAILURES = "batch.kubernetes.io/job-index-failure-count";

/** Returns the pod as that of an index (`job/indexed_job_utils.go`, `job_controller.go: manageJob`, v1.36). */
export function indexedPod(
  { metadata: { name }, backoffLimitPerIndex }: Job,
  { pod, ...owned }: OwnedPod,
  index: number,
  job?: JobState,
): OwnedPod {
  const { metadata, spec } = pod;
  const text = String(index);
  const failures = backoffLimitPerIndex !== undefined && { [FAILURES]: String(job?.indexFailures?.[text] ?? 0) };
  return {
    ...owned,
    index,
    pod: {
      metadata: {
        ...metadata,
        name: `${name}-${text}-${metadata.name.split("-").at(-1)}`,
        labels: { ...metadata.labels, [INDEX]: text },
        annotations: { ...metadata.annotations, [INDEX]: text, ...failures },
      },
      spec: {
        ...spec,
        hostname: `${name}-${text}`,
        containers: spec.containers.map(withVariable),
        ...(spec.initContainers && { initContainers: spec.initContainers.map(withVariable) }),
      },
    },
  };
}

function withVariable(container: Container): Container {
  const { env = [] } = container;
  if (env.some(({ name }) => name === "JOB_COMPLETION_INDEX")) return container;
  const variable = {
    name: "JOB_COMPLETION_INDEX",
    valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } },
  };
  return { ...container, env: [...env, variable] };
}

interface DueIndexes {
  /** Returns the first indexes that need a pod now, at most `count`. */
  due(count: number): readonly number[];
  /** When an index may get its next pod that waits after a failure. */
  readonly nextAt?: Instant;
}

/**
 * Returns the indexes that need a pod. With backoffLimitPerIndex a failure delays its own index only
 * (`job/indexed_job_utils.go: firstPendingIndexes`, v1.36).
 */
export function dueIndexes(workload: Job, job: JobState, pods: readonly OwnedPod[], now: Instant): DueIndexes {
  const done = indexesOf(job);
  const ends = ({ pod }: OwnedPod) => isTerminating(pod) && !isTerminal(pod.status?.phase);
  const busy = new Set(
    pods.filter((each) => isActive(each) || (workload.replacesEnded && ends(each))).map(({ index }) => index),
  );
  const own = workload.backoffLimitPerIndex !== undefined;
  const all = own ? 0 : nextStart(pods, now);
  const startOf = (index: number) =>
    own
      ? nextStart(
          pods.filter((each) => each.index === index),
          now,
        )
      : all;
  const failed = own
    ? [...new Set(pods.flatMap(({ index, counted }) => (counted && index !== undefined ? [index] : [])))]
    : [];
  const later = (own ? failed.filter((index) => isPending(index)).map(startOf) : [all]).filter((at) => at > now);
  function isPending(index: number): boolean {
    return !busy.has(index) && !hasIndex(done.completed, index) && !hasIndex(done.failed, index);
  }
  return {
    due: (count) => {
      const found: number[] = [];
      for (let index = 0; index < (workload.completions ?? 0) && found.length < count; index++)
        if (isPending(index) && startOf(index) <= now) found.push(index);
      return found;
    },
    ...(later.length > 0 && { nextAt: Math.min(...later) }),
  };
}

function indexesOf({ completedIndexes = "", failedIndexes = "" }: JobState): Record<"completed" | "failed", IndexSet> {
  return { completed: parseIndexes(completedIndexes) ?? [], failed: parseIndexes(failedIndexes) ?? [] };
}

/** Returns how the indexes end the Job (`job/job_controller.go: syncJob`, v1.36); undefined: not, or not yet. */
export function indexedEnd(workload: Job, job: JobState): Omit<JobEnd, "at"> | undefined {
  if (!workload.indexed) return undefined;
  const { completed, failed } = indexesOf(job);
  const { maxFailedIndexes = Number.POSITIVE_INFINITY, completions = 0, successRules = [] } = workload;
  const count = countIndexes(failed);
  if (count > maxFailedIndexes) {
    const message = "Job has exceeded the specified maximal number of failed indexes";
    return { type: "Failed", reason: "MaxFailedIndexesExceeded", message };
  }
  if (count > 0 && count + countIndexes(completed) >= completions)
    return { type: "Failed", reason: "FailedIndexes", message: "Job has failed indexes" };
  const rule = successRules.findIndex((each) => isMet(each, completed));
  if (rule < 0) return undefined;
  return { type: "Complete", reason: "SuccessPolicy", message: `Matched rules at index ${rule}` };
}

/** `job/success_policy.go: matchSuccessPolicy`, v1.36. */
function isMet(
  { succeededIndexes, succeededCount = Number.POSITIVE_INFINITY }: SuccessRule,
  completed: IndexSet,
): boolean {
  if (completed.length === 0) return false;
  if (succeededIndexes === undefined) return countIndexes(completed) >= succeededCount;
  const wanted = parseIndexes(succeededIndexes) ?? [];
  const common = countCommon(wanted, completed);
  return wanted.length > 0 && (common === countIndexes(wanted) || common >= succeededCount);
}
