import { namespacedName } from "../model/api/namespaced-name.ts";
import type { Pod, PodStatus } from "../model/api/pod.ts";
import { isMirrorOf, isStaticPod } from "../model/static-pod.ts";
import { statusPatch } from "./patch.ts";

/** What is to be done so that the API server shows the static pods as they are. */
export type MirrorChange =
  | { readonly kind: "create"; readonly pod: Pod; readonly status: PodStatus }
  | { readonly kind: "delete"; readonly mirror: Pod; readonly because: string }
  | { readonly kind: "patch"; readonly mirror: Pod; readonly patch: object };

/** A pod with its status after this run. */
export interface ReportedPod {
  readonly pod: Pod;
  readonly status: PodStatus;
}

/**
 * Compares the mirror pods of the API server with the static pods of this host (`kubelet/kubelet.go: tryReconcileMirrorPods`, v1.36).
 * `unknown` are pods of which this run has no status: their mirror pods stay.
 */
export function mirrorChanges(
  reported: readonly ReportedPod[],
  mirrors: readonly Pod[],
  unknown: readonly Pod[],
): readonly MirrorChange[] {
  const statics = new Map(
    reported.filter(({ pod }) => isStaticPod(pod)).map((each) => [namespacedName(each.pod.metadata), each]),
  );
  const listed = new Map(mirrors.map((mirror) => [namespacedName(mirror.metadata), mirror]));
  const kept = new Set(unknown.map(({ metadata }) => namespacedName(metadata)));
  return [
    ...mirrors.flatMap((mirror): MirrorChange[] => {
      const name = namespacedName(mirror.metadata);
      return kept.has(name) ? [] : changesOf(mirror, statics.get(name));
    }),
    ...[...statics].flatMap(([name, { pod, status }]): MirrorChange[] =>
      listed.has(name) || pod.metadata.deletionTimestamp !== undefined ? [] : [{ kind: "create", pod, status }],
    ),
  ];
}

function changesOf(mirror: Pod, shown: ReportedPod | undefined): MirrorChange[] {
  if (shown === undefined) return [{ kind: "delete", mirror, because: "this host has no static pod of this name" }];
  const { pod, status } = shown;
  if (!isMirrorOf(mirror, pod)) return replaced(mirror, shown, "the manifest has changed");
  if (mirror.metadata.deletionTimestamp !== undefined) return replaced(mirror, shown, "the static pod is still there");
  const patch = statusPatch(mirror, status);
  return patch === undefined ? [] : [{ kind: "patch", mirror, patch }];
}

function replaced(mirror: Pod, { pod, status }: ReportedPod, because: string): MirrorChange[] {
  const isEnding = pod.metadata.deletionTimestamp !== undefined;
  return [{ kind: "delete", mirror, because }, ...(isEnding ? [] : [{ kind: "create", pod, status } as const])];
}
