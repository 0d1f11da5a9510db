import type { Container } from "../model/pod.ts";
import { cleanPath } from "./clean-path.ts";
import { messagePath } from "./termination-message.ts";

/** Directories that each container has for itself: what is missing there can be made. */
const OWN = /^\/(run|tmp|var\/run|var\/tmp)\//;

/** Directories of the host that a container needs to be there: systemd would fail its helpers too, or make them on the host for good. */
export function neededDirectories(container: Container): readonly string[] {
  const { workingDir, volumeMounts } = container;
  const mounts = (volumeMounts ?? []).map(({ mountPath }) => cleanPath(mountPath));
  const message = messageDirectory(container);
  const own = mounts.filter((path) => !OWN.test(path));
  return [...(workingDir ? [workingDir] : []), ...own, ...(message === undefined ? [] : [message])];
}

/** Undefined for one that every container has. */
function messageDirectory(container: Container): string | undefined {
  const path = messagePath(container);
  return OWN.test(path) || path.startsWith("/dev/") ? undefined : path.replace(/\/[^/]*$/, "") || "/";
}

/** What of them is missing, in words for the container's owner. */
export function hostPathProblem(container: Container, path: string, absent: ReadonlySet<string>): string | undefined {
  const { workingDir, volumeMounts } = container;
  const given = `${path}.workingDir ${JSON.stringify(workingDir)}`;
  if (workingDir && !workingDir.startsWith("/")) return `${given} is not an absolute path: begin it with /`;
  if (workingDir && absent.has(workingDir)) return `${given} is not a directory of the host: create it there`;
  const mount = volumeMounts?.find(({ mountPath }) => absent.has(cleanPath(mountPath)));
  if (mount === undefined) return messageProblem(container, path, absent);
  return `${path}.volumeMounts[${mount.name}].mountPath "${mount.mountPath}" is not a directory of the host: create it there, or mount below /run`;
}

function messageProblem(container: Container, path: string, absent: ReadonlySet<string>): string | undefined {
  const directory = messageDirectory(container);
  if (directory === undefined || !absent.has(directory)) return undefined;
  const given = `${path}.terminationMessagePath ${JSON.stringify(container.terminationMessagePath)}`;
  return `${given}: ${directory} is not a directory of the host: create it there, or use a path below /run or /tmp`;
}
