import { containersOf, isSidecar } from "../../model/api/containers.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import { parseQuantity, printBytes } from "../../model/api/quantity.ts";
import type { PodUsage } from "../../model/host/usage.ts";

/** True when files of the pod are compared with a limit of its own. */
export function hasDiskLimit(pod: Pod): boolean {
  return sizeLimits(pod).length > 0 || podLimit(pod) !== undefined;
}

/** True when a container of the pod has a limit, which its log counts towards. */
export function hasContainerLimit(pod: Pod): boolean {
  return containerLimits(pod).length > 0;
}

/** The kubelet's message about a limit, and the label of its metric. */
export interface Exceeded {
  readonly message: string;
  readonly signal: string;
}

/**
 * Returns the limit of the disk that a pod exceeds; undefined when it exceeds none (`eviction_manager.go:
 * localStorageEviction`, v1.36).
 */
export function limitExceeded(pod: Pod, usage: PodUsage | undefined): Exceeded | undefined {
  if (usage === undefined) return undefined;
  const full = sizeLimits(pod).find(({ name, bytes }) => (usage.volumes.get(name) ?? 0) > bytes);
  if (full !== undefined) {
    const message = `Usage of EmptyDir volume "${full.name}" exceeds the limit "${full.limit}". `;
    return { message, signal: "emptydirfs.limit" };
  }
  const total = podLimit(pod);
  if (total !== undefined && usage.disk > total) {
    const message = `Pod ephemeral local storage usage exceeds the total limit of containers ${printBytes(total)}. `;
    return { message, signal: "ephemeralpodfs.limit" };
  }
  const over = containerLimits(pod).find(
    ({ name, bytes }) => bytes > 0 && (usage.containerDisk.get(name) ?? 0) > bytes,
  );
  if (over === undefined) return undefined;
  const message = `Container ${over.name} exceeded its local ephemeral storage limit "${over.limit}". `;
  return { message, signal: "ephemeralcontainerfs.limit" };
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
 * Returns the limit of all containers together in bytes: the sum of those that have one, or what the largest init
 * container may use beside the sidecars before it (component-helpers `helpers.go: AggregateContainerLimits`, v0.36). Undefined
 * when no container has a limit.
 */
function podLimit({ spec }: Pod): number | undefined {
  const limits = containersOf({ ...spec, ephemeralContainers: [] }).map(diskLimit);
  if (limits.every((limit) => limit === undefined)) return undefined;
  let sidecars = 0;
  let most = 0;
  for (const init of spec.initContainers ?? []) {
    const own = diskLimit(init) ?? 0;
    if (isSidecar(init)) sidecars += own;
    most = Math.max(most, isSidecar(init) ? sidecars : sidecars + own);
  }
  return Math.max(
    most,
    spec.containers.reduce((sum, each) => sum + (diskLimit(each) ?? 0), sidecars),
  );
}

function diskLimit({ resources }: Container): number | undefined {
  const limit = resources?.limits?.["ephemeral-storage"];
  return limit === undefined ? undefined : parseQuantity(limit);
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
