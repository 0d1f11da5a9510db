import type { Pod } from "../../model/api/pod.ts";
import { parseQuantity } from "../../model/api/quantity.ts";
import type { PodUsage } from "../../model/host/usage.ts";

/** Whether anything of the pod is measured against a limit of its own. */
export function hasDiskLimit(pod: Pod): boolean {
  return sizeLimits(pod).length > 0 || totalLimit(pod) !== undefined;
}

/** The kubelet's words for a pod that takes more of the disk than it may; undefined when it does not. */
export function limitExceeded(pod: Pod, usage: PodUsage | undefined): string | undefined {
  if (usage === undefined) return undefined;
  const full = sizeLimits(pod).find(({ name, bytes }) => (usage.volumes.get(name) ?? 0) > bytes);
  if (full !== undefined) return `Usage of EmptyDir volume "${full.name}" exceeds the limit "${full.limit}". `;
  const total = totalLimit(pod);
  if (total === undefined || usage.disk <= total) return undefined;
  return `Pod ephemeral local storage usage exceeds the total limit of containers ${total}. `;
}

interface SizeLimit {
  readonly name: string;
  readonly limit: string;
  readonly bytes: number;
}

/** Of volumes on the disk: those in memory are as large as they may be, and no larger. */
function sizeLimits({ spec }: Pod): readonly SizeLimit[] {
  return (spec.volumes ?? []).flatMap((volume) => {
    const { sizeLimit: limit, medium } = (volume as { emptyDir?: EmptyDir }).emptyDir ?? {};
    const bytes = limit === undefined || medium === "Memory" ? undefined : parseQuantity(limit);
    return limit === undefined || !bytes ? [] : [{ name: volume.name, limit, bytes }];
  });
}

interface EmptyDir {
  readonly sizeLimit?: string;
  readonly medium?: string;
}

/** Bytes; undefined while one of the containers may take what there is. */
function totalLimit({ spec }: Pod): number | undefined {
  const limits = spec.containers.map(({ resources }) => parseQuantity(resources?.limits?.["ephemeral-storage"] ?? ""));
  return limits.every((limit) => limit !== undefined) ? limits.reduce((a, b) => a + b, 0) : undefined;
}
