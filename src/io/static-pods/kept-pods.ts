import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Instant } from "../../model/api/time.ts";
import { STATE_DIR } from "../../model/paths.ts";
import { readOptional, writeBestEffort } from "../files.ts";

/** The static pods of the last run, with those that are to end. It has what is in manifests, so only root reads it. */
export const KEPT_PODS = `${STATE_DIR}/static-pods.json`;

/** Returns the static pods of the last run. What cannot be read counts as none: the directory has those that are to run. */
export function readKeptPods(): readonly Pod[] {
  try {
    const pods: unknown = JSON.parse(readOptional(KEPT_PODS) ?? "[]");
    return Array.isArray(pods) ? (pods as readonly Pod[]) : [];
  } catch {
    return [];
  }
}

/**
 * Stores the static pods without their status; writes nothing when they are the same. A full disk is no error, because the pods of
 * the cluster do not depend on this file.
 */
export function writeKeptPods(pods: readonly Pod[]): void {
  const text = JSON.stringify(pods.map(({ status: _, ...pod }) => pod));
  if (text !== (readOptional(KEPT_PODS) ?? "[]")) writeBestEffort(KEPT_PODS, text, 0o600);
}

/** Forgets a pod of which nothing is left on the host. */
export function forgetKeptPod(uid: string): void {
  writeKeptPods(readKeptPods().filter(({ metadata }) => metadata.uid !== uid));
}

export interface Directory {
  readonly pods: readonly Pod[];
  /** True when a file has a mistake, so that the directory may have more pods. */
  readonly isIncomplete: boolean;
}

/**
 * Returns the static pods of this run. A pod without a manifest ends within its grace period, like a deleted one. Until then no
 * other pod gets its name (`kubelet/pod_workers.go: allowStaticPodStart`, v1.36).
 */
export function currentPods(kept: readonly Pod[], { pods, isIncomplete }: Directory, now: Instant): readonly Pod[] {
  const wanted = new Map(pods.map((pod) => [pod.metadata.uid, pod]));
  const names = new Set(pods.map(({ metadata }) => namespacedName(metadata)));
  const others = kept.flatMap((pod) => {
    const isEnding = pod.metadata.deletionTimestamp !== undefined;
    if (wanted.has(pod.metadata.uid)) return isEnding ? [pod] : [];
    return [isEnding || (isIncomplete && !names.has(namespacedName(pod.metadata))) ? pod : ending(pod, now)];
  });
  const taken = new Set(others.map(({ metadata }) => namespacedName(metadata)));
  return [...pods.filter(({ metadata }) => !taken.has(namespacedName(metadata))), ...others];
}

function ending({ metadata, ...pod }: Pod, now: Instant): Pod {
  const deletionGracePeriodSeconds = pod.spec.terminationGracePeriodSeconds ?? 30;
  const deletionTimestamp = new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
  return { ...pod, metadata: { ...metadata, deletionTimestamp, deletionGracePeriodSeconds } };
}
