import { reportProblem } from "../io/problems.ts";
import type { Log } from "../log.ts";
import type { PodEvent } from "../model/api/event.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import type { Pod } from "../model/api/pod.ts";
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

/** Returns an Event for each pod of the API server that cannot run here, because a static pod has its name. */
export function takenNameEvents(mirrors: MirrorPods | undefined): readonly PodEvent[] {
  return (mirrors?.taken ?? []).map((pod) => {
    const message = "Error syncing pod, skipping: a static pod of this node has its name: create it with another name";
    return { pod, type: "Warning", reason: "FailedSync", message, occurrence: message };
  });
}
