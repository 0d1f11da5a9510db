import type { Pod } from "../../model/api/pod.ts";
import { parseQuantity } from "../../model/api/quantity.ts";
import type { PodUsage } from "../../model/host/usage.ts";

/** True when files of the pod are compared with a limit of its own. */
export function hasDiskLimit(pod: Pod): boolean {
  return sizeLimits(pod).length > 0 || containerLimits(pod).length > 0;
}

/** True when a container of the pod has a limit, which its log counts towards. */
export function hasContainerLimit(pod: Pod): boolean {
  return containerLimits(pod).length > 0;
}

/**
 * Returns the kubelet's message for a pod that uses more of the disk than its limits allow; undefined when it does not
 * (`eviction_manager.go: localStorageEviction`, v1.36).
 */
export function limitExceeded(pod: Pod, usage: PodUsage | undefined): string | undefined {
  if (usage === undefined) return undefined;
  const full = sizeLimits(pod).find(({ name, bytes }) => (usage.volumes.get(name) ?? 0) > bytes);
  if (full !== undefined) return `Usage of EmptyDir volume "${full.name}" exceeds the limit "${full.limit}". `;
  const limits = containerLimits(pod);
  const total =
    limits.length === pod.spec.containers.length ? limits.reduce((sum, { bytes }) => sum + bytes, 0) : undefined;
  if (total !== undefined && usage.disk > total)
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${total}. `;
  const over = limits.find(({ name, bytes }) => bytes > 0 && (usage.containerDisk.get(name) ?? 0) > bytes);
  return over && `Container ${over.name} exceeded its local ephemeral storage limit "${over.limit}". `;
}

interface SizeLimit {
  readonly name: string;
  readonly limit: string;
  readonly bytes: number;
}

/** Returns the limits of volumes on disk. A volume in memory has its limit as the size of its tmpfs. */
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

/**
 * Returns the limits of containers in bytes. Init containers have none
 * (`eviction/eviction_manager.go: containerEphemeralStorageLimitEviction`, v1.36).
 */
function containerLimits({ spec }: Pod): readonly SizeLimit[] {
  return spec.containers.flatMap(({ name, resources }) => {
    const limit = resources?.limits?.["ephemeral-storage"];
    const bytes = limit === undefined ? undefined : parseQuantity(limit);
    return limit === undefined || bytes === undefined ? [] : [{ name, limit, bytes }];
  });
}
