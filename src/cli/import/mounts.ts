import type { Volume, VolumeMount } from "../../model/api/volume.ts";
import { cleanPath, resolveVarRun } from "../../translate/volumes/clean-path.ts";
import { freshLabel } from "./names.ts";

/** A volume and the place where the container has it. */
export interface ImportedMount {
  readonly source: Omit<Volume, "name">;
  readonly mountPath: string;
  readonly readOnly?: boolean;
}

/** Returns volumes and mounts with names made of the paths. The first mount at a path counts. */
export function namedMounts(mounts: readonly ImportedMount[]): {
  readonly volumes: readonly Volume[];
  readonly volumeMounts: readonly VolumeMount[];
} {
  const volumes: Volume[] = [];
  const volumeMounts: VolumeMount[] = [];
  for (const { source, mountPath, readOnly } of mounts) {
    if (volumeMounts.some((each) => each.mountPath === mountPath)) continue;
    const same = volumes.find(({ name: _, ...each }) => JSON.stringify(each) === JSON.stringify(source));
    const isEmptyDir = source.emptyDir !== undefined;
    const used = volumes.map(({ name }) => name);
    const name = same === undefined || isEmptyDir ? freshLabel(source.hostPath?.path ?? mountPath, used) : same.name;
    if (!used.includes(name)) volumes.push({ name, ...source });
    volumeMounts.push({ name, mountPath, ...(readOnly ? { readOnly } : {}) });
  }
  return { volumes, volumeMounts };
}

/** Returns the path absolute and clean, where /var/run is /run. */
export function plainPath(path: string): string {
  return resolveVarRun(cleanPath(path));
}
