import type { Container, Pod } from "../../model/api/pod.ts";
import type { PersistentVolume } from "../../model/api/volume.ts";
import { type ResolvedReferences, resolveReference } from "../../model/references.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { cleanPath, resolveVarRun } from "./clean-path.ts";
import { DEFAULT_MESSAGE_PATH, messagePath } from "./termination-message.ts";

/** Paths below a container's own directories, where missing targets can be created. */
const OWN = /^\/(run|tmp|var\/run|var\/tmp)\//;

/** Returns directories that must be on the host: the container's user enters its working directory. A volume brings its own. */
export function neededDirectories({ workingDir, volumeMounts = [] }: Container): readonly string[] {
  if (!workingDir) return [];
  const path = `${resolveVarRun(cleanPath(workingDir))}/`;
  const isInVolume = volumeMounts.some(({ mountPath }) => path.startsWith(`${resolveVarRun(cleanPath(mountPath))}/`));
  return isInVolume ? [] : [workingDir];
}

/** Returns mount targets that must be on the host, as files or directories: others are created when they are missing. */
export function neededMountPoints({ volumeMounts = [] }: Container): readonly string[] {
  const paths = volumeMounts.map(({ mountPath }) => cleanPath(mountPath));
  const isWithin = (path: string) => paths.some((outer) => path.startsWith(`${outer}/`));
  return paths.filter((path) => !OWN.test(path) && !path.startsWith("/dev/") && !isWithin(path));
}

/** Returns all paths of the host that the pod's volumes may use. */
export function volumePaths({ metadata: { namespace }, spec }: Pod, references: ResolvedReferences): readonly string[] {
  const claimed = [...references.entries()]
    .filter(([key, fetched]) => key.startsWith("persistentvolume/") && fetched.ok)
    .map(([, fetched]) => (fetched.ok ? (fetched.value as PersistentVolume) : undefined))
    .map((volume) => volume?.spec?.local?.path ?? volume?.spec?.hostPath?.path);
  const named = (spec.volumes ?? []).flatMap(({ hostPath, persistentVolumeClaim: claim }) => [
    hostPath?.path,
    claim && claimedDirectory(namespace, claim.claimName, references),
  ]);
  const claims = (spec.volumes ?? []).some(({ persistentVolumeClaim: claim, ephemeral }) => claim ?? ephemeral);
  return [...named, ...(claims ? claimed : [])].filter((path) => path !== undefined).map(cleanPath);
}

function claimedDirectory(namespace: string, name: string, references: ResolvedReferences): string | undefined {
  const claim = resolveReference(references, "persistentvolumeclaim", namespace, name);
  return claim.ok ? claim.value.directory?.path : undefined;
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
  if (neededDirectories(container).some((directory) => absent.has(directory)))
    return `${given} is not a directory of the host: create it there`;
  const mount = volumeMounts?.find(({ mountPath }) => absent.has(cleanPath(mountPath)));
  if (mount === undefined) return messageProblem(container, path);
  return `${path}.volumeMounts[${mount.name}].mountPath "${mount.mountPath}" is not on the host: create it there, or mount below /run`;
}

/**
 * Returns why the path of the termination message cannot be used. systemd creates a missing mount target on the host's
 * own files, for good: an empty file there can mask a unit or forbid logins. A volume that is mounted at the path
 * replaces the file.
 */
function messageProblem(container: Container, path: string): string | undefined {
  const target = messagePath(container);
  if (target === DEFAULT_MESSAGE_PATH || OWN.test(target)) return undefined;
  if (container.volumeMounts?.some(({ mountPath }) => cleanPath(mountPath) === target)) return undefined;
  const given = `${path}.terminationMessagePath ${JSON.stringify(container.terminationMessagePath)}`;
  return `${given} is outside of the container's own directories: use a path below /run, /tmp or /var/tmp, or remove the field`;
}
