import type { Container, Pod } from "../../model/api/pod.ts";
import type { PersistentVolume } from "../../model/api/volume.ts";
import type { ResolvedReferences } from "../../model/references.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { cleanPath } from "./clean-path.ts";
import { messagePath } from "./termination-message.ts";

/** Paths below a container's own directories, where missing targets can be created. */
const OWN = /^\/(run|tmp|var\/run|var\/tmp)\//;

/**
 * Returns directories that must be on the host. Without them systemd would fail the helpers too, or create them on the
 * host for good.
 */
export function neededDirectories(container: Container): readonly string[] {
  const { workingDir } = container;
  const message = messageDirectory(container);
  return [...(workingDir ? [workingDir] : []), ...(message === undefined ? [] : [message])];
}

/** Returns mount targets that must be on the host, as files or directories. */
export function neededMountPoints({ volumeMounts = [] }: Container): readonly string[] {
  return volumeMounts.map(({ mountPath }) => cleanPath(mountPath)).filter((path) => !OWN.test(path));
}

/** Returns all paths of the host that the pod's volumes may use. */
export function volumePaths({ spec }: Pod, references: ResolvedReferences): readonly string[] {
  const claimed = [...references.entries()]
    .filter(([key, fetched]) => key.startsWith("persistentvolume/") && fetched.ok)
    .map(([, fetched]) => (fetched.ok ? (fetched.value as PersistentVolume) : undefined))
    .map((volume) => volume?.spec?.local?.path ?? volume?.spec?.hostPath?.path);
  const named = (spec.volumes ?? []).map(({ hostPath }) => hostPath?.path);
  const claims = (spec.volumes ?? []).some(({ persistentVolumeClaim: claim, ephemeral }) => claim ?? ephemeral);
  return [...named, ...(claims ? claimed : [])].filter((path) => path !== undefined).map(cleanPath);
}

/** Returns undefined for a directory that every container has. */
function messageDirectory(container: Container): string | undefined {
  const path = messagePath(container);
  return OWN.test(path) || path.startsWith("/dev/") ? undefined : path.replace(/\/[^/]*$/, "") || "/";
}

/** Returns a message for the pod's owner about the first missing path. */
export function hostPathProblem(
  { container, path }: ResolvedContainer,
  absent: ReadonlySet<string>,
): string | undefined {
  const { workingDir, volumeMounts } = container;
  const given = `${path}.workingDir ${JSON.stringify(workingDir)}`;
  if (workingDir && !workingDir.startsWith("/")) return `${given} is not an absolute path: begin it with /`;
  if (workingDir && cleanPath(workingDir).startsWith("/proc/"))
    return `${given} lies within /proc, where other processes have their directories: use another path`;
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
