import type { Pod } from "../model/pod.ts";
import type { DesiredVolume } from "../model/step.ts";
import { digest } from "../unitfile/hash.ts";
import { type ProjectionContext, project } from "./projection.ts";

export interface Volumes {
  readonly written: readonly DesiredVolume[];
  /** Why a volume that was never there cannot be; by volume name, in the kubelet's words. */
  readonly missing: ReadonlyMap<string, string>;
}

/** The pod's volumes on this host. One that was written stays as it is while what it is made of cannot be had. */
export function translateVolumes(context: ProjectionContext, present: ReadonlyMap<string, string>): Volumes {
  const written: DesiredVolume[] = [];
  const missing = new Map<string, string>();
  for (const volume of context.pod.spec.volumes ?? []) {
    const projection = project(volume, context);
    if (projection === undefined) continue;
    if (projection.ok) written.push(asWritten(context.pod, volume.name, [...projection.files]));
    else if (!present.has(volume.name)) missing.set(volume.name, projection.because);
  }
  return { written, missing };
}

function asWritten({ spec }: Pod, name: string, files: DesiredVolume["files"]): DesiredVolume {
  const gid = spec.securityContext?.fsGroup;
  const content = { name, files, ...(gid === undefined ? {} : { gid }) };
  return { ...content, digest: digest(JSON.stringify(content), 40) };
}
