import type { Pod } from "../../model/api/pod.ts";
import type { Volume } from "../../model/api/volume.ts";
import { volumePath } from "../../model/paths.ts";
import type { DesiredVolume } from "../../model/step.ts";
import { storageKey } from "../../model/storage.ts";
import { digest } from "../../unitfile/hash.ts";
import { quotePath, UnquotableError } from "../../unitfile/quote.ts";
import type { MountSource, MountSources, ResolvedVolume } from "./mount-source.ts";
import { project } from "./projection.ts";
import { resolveVolume, type StorageContext } from "./storage.ts";

export interface Volumes {
  /** Mount sources by volume name. */
  readonly sources: MountSources;
  readonly written: readonly DesiredVolume[];
  /** The kubelet's message for a volume that cannot be mounted, by volume name. */
  readonly missing: ReadonlyMap<string, string>;
  /** The kubelet's message for a volume that stays as it was written, because its sources cannot be read now. */
  readonly stale: ReadonlyMap<string, string>;
}

/**
 * Resolves the pod's volumes, without image volumes. A volume that was written stays while its sources cannot be read.
 */
export function translateVolumes(context: StorageContext, present: ReadonlyMap<string, string>): Volumes {
  const sources = new Map<string, MountSource>();
  const written: DesiredVolume[] = [];
  const missing = new Map<string, string>();
  const stale = new Map<string, string>();
  for (const volume of context.pod.spec.volumes ?? []) {
    const { name } = volume;
    if (volume.image !== undefined) continue;
    const projection = project(volume, context);
    const source = projection === undefined ? resolvedVolume(volume, context) : projectedSource(context.pod, name);
    if (projection?.ok) written.push(asProjected(context.pod, name, [...projection.files]));
    if (!source.ok) missing.set(name, source.because);
    else if (projection?.ok === false && !present.has(name)) missing.set(name, projection.because);
    else sources.set(name, source);
    if (projection?.ok === false && present.has(name)) stale.set(name, projection.because);
    const unmounted = source.ok && source.storage.find((each) => context.failures?.has(storageKey(each)));
    if (unmounted) missing.set(name, `hostPath cannot be mounted: ${context.failures?.get(storageKey(unmounted))}`);
    const failed = source.ok && source.auxiliaryUnits.find((unit) => context.failedMounts?.has(unit.name));
    if (failed) missing.set(name, `mount failed: on the node, journalctl -u '${failed.name}' says why`);
  }
  return { sources, written, missing, stale };
}

function resolvedVolume(volume: Volume, context: StorageContext): ResolvedVolume {
  try {
    return resolveVolume(volume, context);
  } catch (error) {
    if (!(error instanceof UnquotableError)) throw error;
    return { ok: false, because: `its path ${error.message}` };
  }
}

/**
 * Returns the source of a volume with projected files. Its mounts are always read-only, because runs replace the
 * content (`configmap/configmap.go: GetAttributes`, v1.36).
 */
function projectedSource({ metadata }: Pod, volume: string): MountSource {
  const path = volumePath(metadata.uid, volume);
  const conditions = [["ConditionPathExists", quotePath(`${path}/..data`)]] as const;
  return { ok: true, path, readOnly: true, makesSubPaths: true, conditions, storage: [], auxiliaryUnits: [] };
}

function asProjected({ spec }: Pod, name: string, files: DesiredVolume["files"]): DesiredVolume {
  const gid = spec.securityContext?.fsGroup;
  const content = { name, files, ...(gid === undefined ? {} : { gid }) };
  return { ...content, digest: digest(JSON.stringify(content), 40) };
}
