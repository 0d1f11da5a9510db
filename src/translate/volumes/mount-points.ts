import { containersOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import { LAUNCH_FILE, RESOLVER_PATHS } from "../../model/paths.ts";
import type { ContainerContext } from "../context.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { cleanPath, resolveVarRun } from "./clean-path.ts";
import type { MountSources } from "./mount-source.ts";
import { messagePath } from "./termination-message.ts";

/**
 * Paths that root uses between systemd and the container's program. BindPaths= applies to helpers with "+" too, and
 * setpriv looks users up by name before it takes them for numbers.
 */
const RESERVED_TARGETS: readonly string[] = [
  ...["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"].flatMap((path) => [path, `/usr${path}`]),
  ...["/usr/local/bin", "/usr/local/sbin", "/usr/local/lib"],
  ...["/etc/perl", "/usr/share/perl", "/usr/share/perl5", "/usr/local/share/perl"],
  ...["/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.preload"],
  ...["/etc/group", "/etc/nsswitch.conf", "/etc/passwd"],
  // The helpers of root open /dev/null.
  ...["/proc", "/dev"],
];

/** Paths below /dev that root does not use. */
const FREE_DEVICES = /^\/dev\/(shm(\/|$)|termination-log$)/;

/** Paths that directives of every unit name. A volume may replace one. */
const NAMED_PATHS: readonly string[] = [
  ...["/etc/unitlet", "/var/lib/unitlet", "/tmp", "/var/tmp", "/run"],
  ...RESOLVER_PATHS,
];

/** A path of the container at which its pod wants something mounted. */
interface Point {
  /** The field and its value. */
  readonly given: string;
  readonly target: string;
  /** The name of the volume; undefined for the termination message. */
  readonly volume?: string;
  readonly source?: string | undefined;
}

type MountPointContext = Pick<ContainerContext, "volumes" | "libDir" | "unsafeMountPoints" | "exposedPaths">;

/**
 * Returns why a path cannot be mounted in a container on the host's files, for the pod's owner. `named`: paths that
 * directives of this container's unit name.
 */
export function mountPointProblem(
  container: ResolvedContainer,
  { volumes: { sources }, libDir, unsafeMountPoints, exposedPaths = [] }: MountPointContext,
  named: readonly string[] = [],
): string | undefined {
  const { pod } = container;
  const points = pointsOf(container, sources);
  const problems = points.map(
    (each) =>
      coverProblem(each, libDir) ??
      nestingProblem(pod, each, points) ??
      namedProblem(pod, each, [...NAMED_PATHS, ...named]) ??
      exposedProblem(pod, each, sources) ??
      changeableProblem(each, unsafeMountPoints, exposedPaths),
  );
  return problems.find(Boolean);
}

function pointsOf({ container, path }: ResolvedContainer, sources: MountSources): readonly Point[] {
  const { volumeMounts = [], terminationMessagePath } = container;
  const volumes = volumeMounts.map(({ name, mountPath, subPath, subPathExpr }) => ({
    given: `${path}.volumeMounts[${name}].mountPath ${JSON.stringify(mountPath)}`,
    target: resolveVarRun(cleanPath(mountPath)),
    volume: name,
    source: subPath || subPathExpr ? undefined : sources.get(name)?.path,
  }));
  const message = {
    given: `${path}.terminationMessagePath ${JSON.stringify(terminationMessagePath ?? messagePath(container))}`,
    target: resolveVarRun(messagePath(container)),
  };
  return [...volumes, message];
}

/**
 * Returns why a mount would cover a path that the start needs. A directory of the host mounted at its own path covers
 * nothing.
 */
function coverProblem({ given, target, source }: Point, libDir: string): string | undefined {
  if (FREE_DEVICES.test(target)) return undefined;
  const covered = [...RESERVED_TARGETS, libDir].find(
    (own) => own === target || isBelow(own, target) || isBelow(target, own),
  );
  if (covered === undefined || source === target) return undefined;
  return `${given} would cover ${covered} of the host, which starts the container: use another path, or an image with files of its own`;
}

/**
 * Returns why a mount cannot lie within another: systemd follows links on the path of a mount target, and a writable
 * volume may contain links.
 */
function nestingProblem(
  pod: Pod,
  { given, target, volume, source }: Point,
  points: readonly Point[],
): string | undefined {
  if (volume === undefined || !isWritable(pod, volume) || (source === target && /^\/(dev|run)$/.test(target)))
    return undefined;
  const inner = points.find((each) => isBelow(each.target, target));
  if (inner !== undefined)
    return `${inner.given} lies within volume "${volume}", ${whoseLinks(pod, volume)}: use a path outside of it, or an image with files of its own`;
  if (target !== "/run/unitlet" && !isBelow(LAUNCH_FILE, target)) return undefined;
  return `${given} would cover /run/unitlet, which the container is started from: use a path below it`;
}

/**
 * Returns why a volume cannot lie above a path of a directive: ReadWritePaths= would make writable what a link of the
 * volume leads to.
 */
function namedProblem(
  pod: Pod,
  { given, target, volume, source }: Point,
  named: readonly string[],
): string | undefined {
  if (volume === undefined || !isWritable(pod, volume) || source === target) return undefined;
  const inner = named.find((path) => isBelow(resolveVarRun(path), target));
  if (inner === undefined) return undefined;
  return `${given} lies above ${inner}, which the container's unit names: use another path, or an image with files of its own`;
}

/**
 * Returns why a path cannot lie within a directory of the host that a container of this pod can write to. A container
 * that can write to the whole host needs no link.
 */
function exposedProblem(pod: Pod, { given, target }: Point, sources: MountSources): string | undefined {
  if (RECREATED_EACH_START.test(target)) return undefined;
  const mounts = containersOf(pod.spec).flatMap(({ volumeMounts = [] }) => volumeMounts);
  const exposed = mounts.find(({ name, readOnly }) => {
    const path = readOnly ? undefined : sources.get(name)?.path;
    return path !== undefined && path !== "/" && isWritable(pod, name) && isBelow(target, path);
  })?.name;
  if (exposed === undefined) return undefined;
  return `${given} lies within ${sources.get(exposed)?.path} of the host, which containers can write to by volume "${exposed}": use a path outside of it, or an image with files of its own`;
}

/**
 * Returns why a volume cannot be mounted at a path that users of the host, or containers of any pod, can lead
 * elsewhere.
 */
function changeableProblem(
  { given, target, volume, source }: Point,
  unsafe: ReadonlySet<string> | undefined,
  exposed: readonly string[],
): string | undefined {
  if (volume === undefined || source === target || RECREATED_EACH_START.test(target)) return undefined;
  const remedy = "use a path below /run or /tmp, or an image with files of its own";
  if (unsafe?.has(target))
    return `${given} leads through a symbolic link, or a directory that others than root can change: ${remedy}`;
  const path = exposed.find((each) => isBelow(target, each));
  if (path === undefined) return undefined;
  return `${given} lies within ${path} of the host, which containers of this node can write to: ${remedy}`;
}

/** Directories that each start creates for the container, and /dev, where only root creates files. */
const RECREATED_EACH_START = /^\/(run|tmp|var\/tmp|dev)\//;

function whoseLinks({ spec }: Pod, name: string): string {
  const { image } = spec.volumes?.find((each) => each.name === name) ?? {};
  return image === undefined ? "which containers can write to" : "which may have links to anywhere";
}

/** True for a volume whose content is not written by runs alone. The author of an image can put any link into it. */
function isWritable({ spec }: Pod, name: string): boolean {
  const volume = spec.volumes?.find((each) => each.name === name);
  return (volume?.configMap ?? volume?.secret ?? volume?.downwardAPI ?? volume?.projected) === undefined;
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory === "/" ? directory : `${directory}/`) && path !== directory;
}
