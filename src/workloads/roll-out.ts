import { isTerminal } from "../model/api/phase.ts";
import type { Instant } from "../model/api/time.ts";
import type { Workload } from "../model/api/workload.ts";
import type { OwnedPod } from "../model/workload-state.ts";
import { sharePorts } from "./host-ports.ts";
import { newPod } from "./new-pod.ts";
import { freeOrdinals, isAvailable, isKept, withEnding } from "./pods.ts";

/** A number of equal pods, and how those of old templates are replaced. */
export interface Rollout {
  readonly workload: Workload;
  readonly limits: {
    readonly replicas: number;
    /** Undefined: all pods of old templates end before the first new one starts. */
    readonly rolling?: { readonly maxSurge: number; readonly maxUnavailable: number };
  };
  readonly minReadySeconds: number;
}

/** Returns the pods after one step. Any number of steps in a row may follow, each with the pods of the last one. */
export function rollOut(rollout: Rollout, pods: readonly OwnedPod[], now: Instant): readonly OwnedPod[] {
  const { rolling } = rollout.limits;
  if (rolling === undefined) return recreate(rollout, pods, now);
  const scaled = scaleNew(rollout, pods, rolling.maxSurge, now);
  return endOld(rollout, scaled, rolling.maxUnavailable, now);
}

/** `deployment/recreate.go: rolloutRecreate`, v1.36. */
function recreate(rollout: Rollout, pods: readonly OwnedPod[], now: Instant): readonly OwnedPod[] {
  const old = pods.filter((each) => !isNew(rollout, each));
  const kept = old.filter(isKept);
  if (kept.length > 0) return scaleNew(rollout, withEnding(pods, kept, now), "none", now);
  return scaleNew(rollout, pods, old.length > 0 ? "none" : 0, now);
}

function isNew({ workload }: Rollout, { templateHash }: OwnedPod): boolean {
  return templateHash === workload.template.hash;
}

/** Adds or ends pods of the new template (`deployment_util.go: NewRSNewReplicas`, v1.36). */
function scaleNew(
  rollout: Rollout,
  pods: readonly OwnedPod[],
  maxSurge: number | "none",
  now: Instant,
): readonly OwnedPod[] {
  const { workload, limits, minReadySeconds } = rollout;
  const kept = pods.filter(isKept);
  const own = kept.filter((each) => isNew(rollout, each));
  const missing = limits.replicas - own.length;
  if (missing < 0) return withEnding(pods, leastNeeded(own, minReadySeconds, now).slice(0, -missing), now);
  if (maxSurge === "none") return pods;
  const count = Math.min(missing, limits.replicas + maxSurge - kept.length);
  // A port is free when nothing is left of the pod that had it.
  if (count <= 0 || pods.some(({ pod }) => sharePorts(pod.spec, workload.template.spec))) return pods;
  const ordinals = freeOrdinals(workload, pods, count);
  return [...pods, ...ordinals.map((ordinal) => newPod(workload, ordinal, now))];
}

/** Ends pods of old templates, those that are not available first (`deployment/rolling.go: reconcileOldReplicaSets`, v1.36). */
function endOld(
  rollout: Rollout,
  pods: readonly OwnedPod[],
  maxUnavailable: number,
  now: Instant,
): readonly OwnedPod[] {
  const { limits, minReadySeconds } = rollout;
  const available = (each: OwnedPod) => isAvailable(each, minReadySeconds, now);
  const kept = pods.filter(isKept);
  const old = kept.filter((each) => !isNew(rollout, each));
  const minAvailable = limits.replicas - maxUnavailable;
  const newUnavailable = kept.filter((each) => isNew(rollout, each) && !available(each)).length;
  const most = kept.length - minAvailable - newUnavailable;
  const broken = old.filter((each) => !available(each)).slice(0, Math.max(0, most));
  const spare = Math.max(0, Math.min(kept.filter(available).length - minAvailable, most - broken.length));
  const healthy = leastNeeded(old.filter(available), minReadySeconds, now).slice(0, spare);
  return withEnding(pods, [...broken, ...healthy], now);
}

/** Returns the pods in the order in which they are given up (`controller_utils.go: ActivePodsWithRanks`, v1.36). */
function leastNeeded(pods: readonly OwnedPod[], minReadySeconds: number, now: Instant): readonly OwnedPod[] {
  const rank = (each: OwnedPod) => {
    if (isTerminal(each.pod.status?.phase)) return 0;
    return isAvailable(each, minReadySeconds, now) ? 2 : 1;
  };
  return pods.toSorted((a, b) => rank(a) - rank(b) || b.ordinal - a.ordinal);
}
