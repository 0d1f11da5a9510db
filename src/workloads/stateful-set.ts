import { isTerminal } from "../model/api/phase.ts";
import type { Instant } from "../model/api/time.ts";
import type { PodTemplate, StatefulSet } from "../model/api/workload.ts";
import type { OwnedPod, WorkloadState } from "../model/workload-state.ts";
import { possibleReplicas } from "./host-ports.ts";
import { newPod } from "./new-pod.ts";
import type { Outcome } from "./outcome.ts";
import { availabilities, isAvailable, isKept, withEnding } from "./pods.ts";
import { replaceEnded } from "./replace-ended.ts";

/** Decides for a StatefulSet (`statefulset/stateful_set_control.go: updateStatefulSet`, v1.36). */
export function reconcileStatefulSet(workload: StatefulSet, state: WorkloadState, now: Instant): Outcome {
  const { replicas, minReadySeconds } = workload;
  const possible = possibleReplicas(replicas, workload.template.spec);
  // A host that has lost the state, or an older version, does not know the template.
  const settled = state.settled ?? workload.template;
  const pods = nextPods({ ...workload, replicas: possible.replicas, settled }, state.pods, now);
  const available = pods.filter((each) => isAvailable(each, minReadySeconds, now)).length;
  const replaced = replaceEnded(pods, state.retry, available === possible.replicas, now);
  const isComplete = available === possible.replicas && pods.every((each) => !isOld(workload, each));
  return {
    pods: replaced.pods,
    wanted: replicas,
    settled: isComplete ? workload.template : settled,
    ...(replaced.retry && { retry: replaced.retry }),
    ...(possible.problem && { problem: possible.problem }),
    dueAt: [...replaced.dueAt, ...availabilities(pods, minReadySeconds, now)],
  };
}

interface Rolling extends StatefulSet {
  /** The template of pods below the partition. */
  readonly settled: PodTemplate;
}

/** Adds what is missing, then ends what is too much, then what is old. Each waits for the one before it. */
function nextPods(workload: Rolling, pods: readonly OwnedPod[], now: Instant): readonly OwnedPod[] {
  const filled = addMissing(workload, pods, now);
  if (!workload.parallel && !filled.isHealthy) return endBroken(workload, filled.pods, now);
  const condemned = filled.pods
    .filter((each) => !isWanted(workload, each))
    .toSorted(byOrdinal)
    .toReversed();
  if (condemned.length > 0) {
    if (workload.parallel) return withEnding(filled.pods, condemned, now);
    const [last] = condemned;
    return last === undefined || !isKept(last) ? filled.pods : withEnding(filled.pods, [last], now);
  }
  return endOld(workload, filled.pods, now);
}

interface Filled {
  readonly pods: readonly OwnedPod[];
  /** All wanted pods exist and are available. */
  readonly isHealthy: boolean;
}

/** `stateful_set_control.go: processReplica`, v1.36. */
function addMissing(workload: Rolling, before: readonly OwnedPod[], now: Instant): Filled {
  const { firstOrdinal, replicas, minReadySeconds, parallel } = workload;
  let pods = before;
  let isHealthy = true;
  for (let ordinal = firstOrdinal; ordinal < firstOrdinal + replicas; ordinal++) {
    const found = pods.find((each) => each.ordinal === ordinal);
    if (found !== undefined && isAvailable(found, minReadySeconds, now)) continue;
    isHealthy = false;
    if (found === undefined) pods = [...pods, newPod(templated(workload, ordinal), ordinal, now)];
    if (!parallel) break;
  }
  return { pods, isHealthy };
}

function isWanted({ firstOrdinal, replicas }: StatefulSet, { ordinal }: OwnedPod): boolean {
  return ordinal >= firstOrdinal && ordinal < firstOrdinal + replicas;
}

/**
 * Ends the last pod that is not available when it has an old template. A cluster waits for it for ever, until a user deletes it. A
 * directory has no such command. Pods before one that starts or stops stay, so that no second one is missing.
 */
function endBroken(workload: Rolling, pods: readonly OwnedPod[], now: Instant): readonly OwnedPod[] {
  const { updateStrategy, minReadySeconds } = workload;
  if (updateStrategy === "OnDelete") return pods;
  const wanted = pods.filter((each) => isWanted(workload, each)).toSorted(byOrdinal);
  const last = wanted.findLast((each) => !isAvailable(each, minReadySeconds, now));
  return last !== undefined && isDue(workload, last) ? withEnding(pods, [last], now) : pods;
}

function endOld(workload: Rolling, pods: readonly OwnedPod[], now: Instant): readonly OwnedPod[] {
  if (workload.updateStrategy === "OnDelete") return pods;
  for (const each of pods.toSorted(byOrdinal).toReversed()) {
    if (isDue(workload, each) && isKept(each)) return withEnding(pods, [each], now);
    if (!isAvailable(each, workload.minReadySeconds, now) && !isTerminal(each.pod.status?.phase)) return pods;
  }
  return pods;
}

/** True for a pod that the rollout replaces. */
function isDue(workload: StatefulSet, owned: OwnedPod): boolean {
  return isOld(workload, owned) && !isBelowPartition(workload, owned.ordinal);
}

function isBelowPartition({ firstOrdinal, partition = 0 }: StatefulSet, ordinal: number): boolean {
  return ordinal - firstOrdinal < partition;
}

/** Returns the set with the template of one pod (`statefulset/stateful_set_utils.go: isCurrentRevisionNeeded`, v1.36). */
function templated(workload: Rolling, ordinal: number): StatefulSet {
  const keeps = workload.updateStrategy === "RollingUpdate" && isBelowPartition(workload, ordinal);
  return keeps ? { ...workload, template: workload.settled } : workload;
}

function isOld({ template }: StatefulSet, { templateHash }: OwnedPod): boolean {
  return templateHash !== template.hash;
}

function byOrdinal(one: OwnedPod, other: OwnedPod): number {
  return one.ordinal - other.ordinal;
}
