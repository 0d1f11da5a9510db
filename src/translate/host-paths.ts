import type { Container } from "../model/pod.ts";
import { cleanPath } from "./clean-path.ts";

/** Directories that each container has for itself: what is missing there can be made. */
const OWN = /^\/(run|tmp|var\/run|var\/tmp)\//;

/** Directories of the host that a container needs to be there: systemd would fail its helpers too, or make them on the host for good. */
export function neededDirectories({ workingDir, volumeMounts }: Container): readonly string[] {
  const mounts = (volumeMounts ?? []).map(({ mountPath }) => cleanPath(mountPath));
  return [...(workingDir ? [workingDir] : []), ...mounts.filter((path) => !OWN.test(path))];
}

/** What of them is missing, in words for the container's owner. */
export function hostPathProblem(container: Container, path: string, absent: ReadonlySet<string>): string | undefined {
  const { workingDir, volumeMounts } = container;
  const given = `${path}.workingDir ${JSON.stringify(workingDir)}`;
  if (workingDir && !workingDir.startsWith("/")) return `${given} is not an absolute path: begin it with /`;
  if (workingDir && absent.has(workingDir)) return `${given} is not a directory of the host: create it there`;
  const mount = volumeMounts?.find(({ mountPath }) => absent.has(cleanPath(mountPath)));
  if (mount === undefined) return undefined;
  return `${path}.volumeMounts[${mount.name}].mountPath "${mount.mountPath}" is not a directory of the host: create it there, or mount below /run`;
}
