import type { Pod } from "../model/pod.ts";
import type { Volume } from "../model/volume.ts";

/** The claim that a volume is of; that of a generic ephemeral volume is made by the control plane, under this name. */
export function claimName(pod: Pod, { name, persistentVolumeClaim, ephemeral }: Volume): string | undefined {
  if (persistentVolumeClaim !== undefined) return persistentVolumeClaim.claimName;
  return ephemeral === undefined ? undefined : `${pod.metadata.name}-${name}`;
}
