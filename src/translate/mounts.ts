import type { Mount } from "../model/confinement.ts";
import { volumePath } from "../model/paths.ts";
import type { Container, Pod } from "../model/pod.ts";
import { cleanPath } from "./clean-path.ts";

/** The container's volumes at their places. */
export function containerMounts({ metadata }: Pod, { volumeMounts = [] }: Container): readonly Mount[] {
  return volumeMounts.map(({ name, mountPath }) => ({
    type: "bind",
    source: volumePath(metadata.uid, name),
    target: cleanPath(mountPath),
    // Whatever the mount says, as the kubelet does with these: the run writes there, and follows what it finds.
    readOnly: true,
    recursiveReadOnly: true,
    propagation: "private",
  }));
}
