import type { Instant } from "../model/api/time.ts";
import type { Deployment } from "../model/api/workload.ts";
import type { OwnedPod, WorkloadState } from "../model/workload-state.ts";
import { fenceposts } from "./deployment-limits.ts";
import { possibleReplicas } from "./host-ports.ts";
import { newPod } from "./new-pod.ts";
import type { Outcome } from "./outcome.ts";
import { availabilities, freeOrdinals, isActive, isAvailable, isKept, withEnding } from "./pods.ts";
import { replaceEnded } from "./replace-ended.ts";

/**
 * Decides for a Deployment that is paused: its number of pods counts, and its template does not (`deployment/sync.go: sync`, v1.36).
 * One that was never rolled out has no pods. A rollout stops where it is, and goes on later with a new deadline.
 */
export function reconcilePaused(workload: Deployment, state: WorkloadState, now: Instant): Outcome {
  const { replicas, minReadySeconds } = workload;
  const { settled } = state;
  if (settled === undefined) return { pods: state.pods, wanted: replicas, dueAt: [] };
  const possible = possibleReplicas(replicas, settled.spec);
  const pods = scaled({ ...workload, replicas: possible.replicas, template: settled }, state.pods, now);
  const available = pods.filter((each) => isAvailable(each, minReadySeconds, now)).length;
  const replaced = replaceEnded(pods, state.retry, available >= possible.replicas, now);
  return {
    pods: replaced.pods,
    wanted: replicas,
    settled,
    ...(replaced.retry && { retry: replaced.retry }),
    ...(possible.problem && { problem: possible.problem }),
    dueAt: [...replaced.dueAt, ...availabilities(pods, minReadySeconds, now)],
  };
}

/** Adds missing pods with the template of the workload, and ends those that are more than a rollout may have. */
function scaled(workload: Deployment, pods: readonly OwnedPod[], now: Instant): readonly OwnedPod[] {
  const { replicas, rollingUpdate } = workload;
  const kept = pods.filter(isKept);
  const missing = replicas - kept.length;
  if (missing > 0) {
    // A pod that still ends may hold a port of the host.
    const room = possibleReplicas(2, workload.template.spec).replicas === 1 ? 1 - pods.length : missing;
    const added = freeOrdinals(workload, pods, Math.max(0, Math.min(missing, room)));
    return [...pods, ...added.map((ordinal) => newPod(workload, ordinal, now))];
  }
  const surge = rollingUpdate === undefined || replicas === 0 ? 0 : fenceposts(rollingUpdate, replicas).maxSurge;
  const isMixed = new Set(kept.map(({ templateHash }) => templateHash)).size > 1;
  const tooMany = kept.length - replicas - (isMixed ? surge : 0);
  if (tooMany <= 0) return pods;
  const chosen = kept.toSorted((one, other) => rank(workload, one, now) - rank(workload, other, now));
  return withEnding(pods, chosen.slice(0, tooMany), now);
}

/** The first to end are those that have ended by themselves, and then those that are not available. */
function rank({ minReadySeconds }: Deployment, owned: OwnedPod, now: Instant): number {
  if (!isActive(owned)) return 0;
  return isAvailable(owned, minReadySeconds, now) ? 2 : 1;
}
