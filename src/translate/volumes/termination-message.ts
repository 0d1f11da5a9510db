import type { Container, Pod } from "../../model/api/pod.ts";
import type { Mount } from "../../model/confinement.ts";
import { messageFile } from "../../model/paths.ts";
import { cleanPath } from "./clean-path.ts";

/** Where the container may write why it ends. */
export function messagePath({ terminationMessagePath }: Container): string {
  return cleanPath(terminationMessagePath || "/dev/termination-log");
}

/** The file there, unless a volume is mounted at the very place. */
export function messageMount({ metadata }: Pod, container: Container): readonly Mount[] {
  const target = messagePath(container);
  if (container.volumeMounts?.some(({ mountPath }) => cleanPath(mountPath) === target)) return [];
  const file = { source: messageFile(metadata.uid, container.name), target, readOnly: false, late: true } as const;
  return [{ type: "bind", ...file, recursiveReadOnly: false, propagation: "private" }];
}
