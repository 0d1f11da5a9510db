import { ApiError } from "../io/kube/api-error.ts";
import { reportProblem } from "../io/problems.ts";
import type { Log } from "../log.ts";
import type { PodEvent } from "../model/api/event.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import { isTerminating } from "../model/api/phase.ts";
import type { Pod } from "../model/api/pod.ts";
import type { World } from "../model/world.ts";
import type { MirrorPods, PodSource } from "../ports.ts";
import { type MirrorChange, mirrorChanges, type ReportedPod } from "../report/mirror-changes.ts";
import { statusPatch } from "../report/patch.ts";

/** Makes the mirror pods show the static pods as this run has found them. A later full run tries what fails again. */
export async function reconcileMirrorPods(
  reported: readonly ReportedPod[],
  unknown: readonly Pod[],
  { source, log }: { readonly source: PodSource; readonly log: Log },
): Promise<void> {
  const { mirrors } = source;
  if (mirrors?.listed === undefined) return;
  const failed: string[] = [];
  for (const change of mirrorChanges(reported, mirrors.listed, unknown)) {
    const { metadata } = change.kind === "create" ? change.pod : change.mirror;
    try {
      await apply(change, mirrors);
      if (change.kind !== "patch")
        log.notice("mirror pod", {
          [change.kind]: namespacedName(metadata),
          because: "because" in change ? change.because : undefined,
        });
    } catch (error) {
      failed.push(`cannot ${change.kind} ${namespacedName(metadata)}: ${(error as Error).message}`);
    }
  }
  reportProblem(log, "mirror-pods", failed.length === 0 ? undefined : failed.join("; "));
}

async function apply(change: MirrorChange, mirrors: MirrorPods): Promise<void> {
  switch (change.kind) {
    case "create": {
      const created = await mirrors.create(change.pod);
      const patch = statusPatch(created, change.status);
      if (patch !== undefined) await mirrors.patch(created, patch);
      return;
    }
    case "delete":
      return await mirrors.delete(change.mirror);
    case "patch":
      return await mirrors.patch(change.mirror, change.patch);
  }
}

/**
 * Deletes the objects of deleted pods that cannot run here, because a static pod has their name: no step of a run is about them.
 * `directories` are those of pods of which something is left on the host.
 */
export async function deleteTakenPods(
  directories: Pick<World["directories"], "has">,
  { source, log }: { readonly source: PodSource; readonly log: Log },
): Promise<void> {
  for (const pod of source.mirrors?.taken ?? []) {
    const { uid, finalizers = [], deletionGracePeriodSeconds } = pod.metadata;
    // The API server removes the object with its last finalizer.
    const isDone = deletionGracePeriodSeconds === 0 && finalizers.length > 0;
    if (!isTerminating(pod) || isDone || directories.has(uid)) continue;
    const name = namespacedName(pod.metadata);
    try {
      await source.deletePodObject(pod);
      log.notice("delete-pod-object", { pod: name, because: "a static pod has its name, and nothing of it is left" });
    } catch (error) {
      if (error instanceof ApiError && error.isTold) continue;
      log.warning("cannot delete pod", { pod: name, because: (error as Error).message });
    }
  }
}

/** Returns an Event for each pod of the API server that cannot run here, because a static pod has its name. */
export function takenNameEvents(mirrors: MirrorPods | undefined): readonly PodEvent[] {
  return (mirrors?.taken ?? []).map((pod) => {
    const message = "Error syncing pod, skipping: a static pod of this node has its name: create it with another name";
    return { pod, type: "Warning", reason: "FailedSync", message, occurrence: message };
  });
}
