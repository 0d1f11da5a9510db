import { containersOf } from "../../model/api/containers.ts";
import type { Node } from "../../model/api/node.ts";
import type { Pod } from "../../model/api/pod.ts";
import { parseQuantity } from "../../model/api/quantity.ts";
import type { Volume } from "../../model/api/volume.ts";
import type { Allocatable } from "../../model/host/allocatable.ts";
import type { NodePolicy } from "../../model/host/node-policy.ts";
import { diskVolumePath, volumePath } from "../../model/paths.ts";
import type { ResolvedReferences } from "../../model/references.ts";
import type { GroupStorage, HostFileType } from "../../model/storage.ts";
import { podAmounts } from "../resources/resources.ts";
import { claimedVolume, claimName } from "./claim.ts";
import { claimDirectory } from "./claim-directory.ts";
import { hostFile } from "./host-file.ts";
import { inlineHostPath } from "./inline-host-path.ts";
import type { MountSource, NeededPath, ResolvedVolume } from "./mount-source.ts";
import { nfsMount } from "./nfs.ts";

export interface StorageContext {
  readonly pod: Pod;
  readonly references: ResolvedReferences;
  /** The Node object; undefined: it is not known. */
  readonly node?: Node | undefined;
  readonly allocatable: Allocatable;
  /** Types of the files at the paths of the host that pods name. */
  readonly hostFiles: ReadonlyMap<string, HostFileType>;
  /** The setting `hostPaths`; undefined: any. */
  readonly hostPaths?: NodePolicy["hostPaths"] | undefined;
  /** Why paths cannot be mounted below an allowed path, by their mount points. */
  readonly failures?: ReadonlyMap<string, string> | undefined;
  /** Mount units in state "failed"; each run starts them again. */
  readonly failedMounts?: ReadonlySet<string> | undefined;
}

/**
 * Resolves a volume whose content runs do not write. `because` is the kubelet's message. Throws UnquotableError for a
 * path that no unit can carry.
 */
export function resolveVolume(volume: Volume, context: StorageContext): ResolvedVolume {
  const { hostPath, nfs } = volume;
  if (hostPath !== undefined) return inlineHostPath(volume.name, hostPath, context);
  if (nfs !== undefined) return nfsMount(context.pod, volume.name, nfs, []);
  if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) return emptyDir(volume, context);
  const directory = claimDirectory(volume, context);
  if (directory !== undefined) {
    const group = !directory.ok || directory.readOnly ? [] : groupStorage(context.pod, volume.name, directory.path);
    return directory.ok ? { ...directory, storage: [...directory.storage, ...group] } : directory;
  }
  const claimed = claimedVolume(volume, context);
  if (!claimed.ok) return claimed;
  const { local, hostPath: path, nfs: share } = claimed.spec;
  const source =
    share !== undefined
      ? nfsMount(context.pod, volume.name, share, claimed.spec.mountOptions ?? [])
      : hostFile(local?.path ?? path?.path ?? "", local ? "Directory" : (path?.type ?? ""), context.hostFiles);
  if (!source.ok) return source;
  const readOnly = source.readOnly || claimed.readOnly;
  const group = local === undefined || readOnly ? [] : groupStorage(context.pod, volume.name, source.path);
  const name = path === undefined ? claimName(context.pod, volume) : undefined;
  const claim = name === undefined ? {} : { claim: name };
  return { ...source, readOnly, storage: [...source.storage, ...group], ...claim };
}

function emptyDir({ name, emptyDir: source }: Volume, context: StorageContext): MountSource {
  const { metadata, spec } = context.pod;
  const gid = spec.securityContext?.fsGroup;
  const group = gid === undefined ? {} : { gid };
  const base = { ok: true, readOnly: false, auxiliaryUnits: [] } as const;
  if (source?.medium !== "Memory") {
    const path = diskVolumePath(metadata.uid, name);
    const is = lookedAt(context.pod, name, { condition: "ConditionPathIsDirectory", needed: ["-d", path] });
    return { ...base, ...is, path, storage: [{ kind: "directory", path, ...group }] };
  }
  const path = volumePath(metadata.uid, name);
  const size = memorySize(source.sizeLimit, context);
  const is = lookedAt(context.pod, name, { condition: "ConditionPathIsMountPoint", needed: ["mount", path] });
  return { ...base, ...is, path, storage: [{ kind: "memory", path, size, ...group }] };
}

/**
 * Returns what looks for an emptyDir at each start. PID 1 does, unless a container can mount a file system over it on the host, as
 * sidecars with FUSE do: with one that does not answer PID 1 would hang.
 */
function lookedAt(
  { spec }: Pod,
  volume: string,
  { condition, needed }: { readonly condition: string; readonly needed: NeededPath },
): Pick<MountSource, "conditions" | "paths"> {
  const mounts = containersOf(spec).flatMap(({ volumeMounts = [] }) => volumeMounts);
  const isShared = mounts.some(({ name, mountPropagation }) => name === volume && mountPropagation === "Bidirectional");
  return isShared ? { conditions: [], paths: [needed] } : { conditions: [[condition, needed[1]]] };
}

/** Returns the size of a tmpfs (`emptydir/empty_dir.go: calculateEmptyDirMemorySize`, v1.36). */
function memorySize(limit: string | undefined, { pod, allocatable }: StorageContext): number {
  const all = podAmounts(pod).memoryLimit || Number.POSITIVE_INFINITY;
  const own = Math.ceil(parseQuantity(limit ?? "") || Number.POSITIVE_INFINITY);
  return Math.min(all, own, allocatable.memory);
}

function groupStorage({ spec }: Pod, volume: string, path: string): GroupStorage[] {
  const { fsGroup: gid, fsGroupChangePolicy } = spec.securityContext ?? {};
  if (gid === undefined) return [];
  return [{ kind: "group", volume, path, gid, always: fsGroupChangePolicy !== "OnRootMismatch" }];
}
