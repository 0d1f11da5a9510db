import type { BindMount, Mount } from "../../model/confinement.ts";
import { podRunDir } from "../../model/paths.ts";

/** Returns the mounts below which the container's own mounts appear on the host: mountPropagation `Bidirectional`. */
export function sharedMounts(mounts: readonly Mount[]): readonly BindMount[] {
  return mounts.filter((mount) => mount.type === "bind").filter(({ propagation }) => propagation === "shared");
}

/** Returns where `container-shared` attaches a shared mount for crun. `at` counts those of the container. */
export function sharedPlace(uid: string, container: string, at: number): string {
  return `${podRunDir(uid)}/shared/${container}/${at}`;
}
