import { isTerminal, isTerminating } from "../model/api/phase.ts";
import type { Pod } from "../model/api/pod.ts";
import { fromTimestamp, type Instant, toTimestamp } from "../model/api/time.ts";
import type { Workload } from "../model/api/workload.ts";
import type { OwnedPod } from "../model/workload-state.ts";
import { podName } from "./new-pod.ts";

/** True for a pod that was not asked to end. It may have ended by itself. */
export function isKept({ pod }: OwnedPod): boolean {
  return !isTerminating(pod);
}

/** True for a pod that runs or will run (`controller_utils.go: IsPodActive`, v1.36). */
export function isActive(owned: OwnedPod): boolean {
  return isKept(owned) && !isTerminal(owned.pod.status?.phase);
}

/**
 * Returns when the pod is or was available, which is `minReadySeconds` after it got ready; undefined when it is not ready
 * (`podutils.go: IsPodAvailable`, v1.36). A pod that got ready in the future did so before the clock was set back.
 */
function availableAt(owned: OwnedPod, minReadySeconds: number, now: Instant): Instant | undefined {
  const ready = owned.pod.status?.conditions?.find(({ type }) => type === "Ready");
  if (!isActive(owned) || ready?.status !== "True") return undefined;
  const since = fromTimestamp(ready.lastTransitionTime ?? "");
  return minReadySeconds === 0 || since > now ? 0 : since + minReadySeconds * 1000;
}

/** Returns whether a pod is available now. */
export function isAvailable(owned: OwnedPod, minReadySeconds: number, now: Instant): boolean {
  const at = availableAt(owned, minReadySeconds, now);
  return at !== undefined && at <= now;
}

/** Returns the instants at which ready pods get available. */
export function availabilities(pods: readonly OwnedPod[], minReadySeconds: number, now: Instant): readonly Instant[] {
  return pods.flatMap((each) => availableAt(each, minReadySeconds, now) ?? []).filter((at) => at > now);
}

/** The last second of a four-digit year, which RFC 3339 ends with. */
const LAST_TIMESTAMP: Instant = Date.UTC(10_000, 0) - 1000;

/** Returns the pod as one that is to end, as a DELETE leaves it (`registry/core/pod/strategy.go: CheckGracefulDelete`, v1.36). */
export function ending(owned: OwnedPod, now: Instant): OwnedPod {
  if (!isKept(owned)) return owned;
  const { pod } = owned;
  const isOver = isTerminal(pod.status?.phase);
  const seconds = isOver ? 0 : (pod.spec.terminationGracePeriodSeconds ?? 30);
  const metadata: Pod["metadata"] = {
    ...pod.metadata,
    deletionTimestamp: toTimestamp(Math.min(now + seconds * 1000, LAST_TIMESTAMP)),
    deletionGracePeriodSeconds: seconds,
  };
  return { ...owned, pod: { ...pod, metadata } };
}

/** Returns all pods, with those of `chosen` as pods that are to end. */
export function withEnding(all: readonly OwnedPod[], chosen: readonly OwnedPod[], now: Instant): readonly OwnedPod[] {
  const ends = new Set(chosen);
  return all.map((each) => (ends.has(each) ? ending(each, now) : each));
}

/**
 * Returns the lowest ordinals from `first` on that no pod of the template has. A pod that is ending still has its own. One whose
 * pod would have the name of another pod is left out: names end in 20 bits, so of 100 pods two have the same name in one of 200
 * workloads.
 */
export function freeOrdinals(
  workload: Workload,
  pods: readonly OwnedPod[],
  count: number,
  first = 0,
): readonly number[] {
  const own = pods.filter((each) => each.templateHash === workload.template.hash);
  const used = new Set(own.map(({ ordinal }) => ordinal));
  const names = new Set(pods.map(({ pod }) => pod.metadata.name));
  const free: number[] = [];
  for (let ordinal = first; free.length < count; ordinal++) {
    const name = podName(workload, ordinal);
    if (used.has(ordinal) || names.has(name)) continue;
    names.add(name);
    free.push(ordinal);
  }
  return free;
}
