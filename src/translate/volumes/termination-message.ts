import type { Container, Pod } from "../../model/api/pod.ts";
import type { Mount } from "../../model/confinement.ts";
import { messageFile } from "../../model/paths.ts";
import { cleanPath } from "./clean-path.ts";

export const DEFAULT_MESSAGE_PATH = "/dev/termination-log";

/** Returns the path at which the container may write its termination message. */
export function messagePath({ terminationMessagePath }: Container): string {
  return cleanPath(terminationMessagePath || DEFAULT_MESSAGE_PATH);
}

/** Returns the mount of the message file; none when a volume is mounted at the same path. */
export function messageMount({ metadata }: Pod, container: Container): readonly Mount[] {
  const target = messagePath(container);
  if (container.volumeMounts?.some(({ mountPath }) => cleanPath(mountPath) === target)) return [];
  const file = { source: messageFile(metadata.uid, container.name), target, readOnly: false, optional: true } as const;
  return [{ type: "bind", ...file, recursiveReadOnly: false, propagation: "private" }];
}
