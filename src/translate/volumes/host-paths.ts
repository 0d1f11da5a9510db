import type { Container, Pod } from "../../model/api/pod.ts";
import type { PersistentVolume } from "../../model/api/volume.ts";
import type { ResolvedReferences } from "../../model/references.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { cleanPath } from "./clean-path.ts";
import { messagePath } from "./termination-message.ts";

/** Directories that each container has for itself: what is missing there can be made. */
const OWN = /^\/(run|tmp|var\/run|var\/tmp)\//;

/** Directories of the host that a container needs to be there: systemd would fail its helpers too, or make them on the host for good. */
export function neededDirectories(container: Container): readonly string[] {
  const { workingDir } = container;
  const message = messageDirectory(container);
  return [...(workingDir ? [workingDir] : []), ...(message === undefined ? [] : [message])];
}

/** As neededDirectories; what is mounted there may be a file as well. */
export function neededMountPoints({ volumeMounts = [] }: Container): readonly string[] {
  return volumeMounts.map(({ mountPath }) => cleanPath(mountPath)).filter((path) => !OWN.test(path));
}

/** Paths of the host that volumes may mean, whatever must be there. */
export function volumePaths({ spec }: Pod, references: ResolvedReferences): readonly string[] {
  const claimed = [...references.entries()]
    .filter(([key, fetched]) => key.startsWith("persistentvolume/") && fetched.ok)
    .map(([, fetched]) => (fetched.ok ? (fetched.value as PersistentVolume) : undefined))
    .map((volume) => volume?.spec?.local?.path ?? volume?.spec?.hostPath?.path);
  const named = (spec.volumes ?? []).map(({ hostPath }) => hostPath?.path);
  const claims = (spec.volumes ?? []).some(({ persistentVolumeClaim: claim, ephemeral }) => claim ?? ephemeral);
  return [...named, ...(claims ? claimed : [])].filter((path) => path !== undefined).map(cleanPath);
}

/** Undefined for one that every container has. */
function messageDirectory(container: Container): string | undefined {
  const path = messagePath(container);
  return OWN.test(path) || path.startsWith("/dev/") ? undefined : path.replace(/\/[^/]*$/, "") || "/";
}

/** What of them is missing, in words for the container's owner. */
export function hostPathProblem(
  { container, path }: ResolvedContainer,
  absent: ReadonlySet<string>,
): string | undefined {
  const { workingDir, volumeMounts } = container;
  const given = `${path}.workingDir ${JSON.stringify(workingDir)}`;
  if (workingDir && !workingDir.startsWith("/")) return `${given} is not an absolute path: begin it with /`;
  if (workingDir && absent.has(workingDir)) return `${given} is not a directory of the host: create it there`;
  const mount = volumeMounts?.find(({ mountPath }) => absent.has(cleanPath(mountPath)));
  if (mount === undefined) return messageProblem(container, path, absent);
  return `${path}.volumeMounts[${mount.name}].mountPath "${mount.mountPath}" is not on the host: create it there, or mount below /run`;
}

function messageProblem(container: Container, path: string, absent: ReadonlySet<string>): string | undefined {
  const directory = messageDirectory(container);
  if (directory === undefined || !absent.has(directory)) return undefined;
  const given = `${path}.terminationMessagePath ${JSON.stringify(container.terminationMessagePath)}`;
  return `${given}: ${directory} is not a directory of the host: create it there, or use a path below /run or /tmp`;
}
