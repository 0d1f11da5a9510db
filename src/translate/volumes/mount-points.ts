import { containersOf } from "../../model/api/containers.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import { LAUNCH_FILE } from "../container.ts";
import { resolveVarRun } from "../security/unit-confinement.ts";
import { cleanPath } from "./clean-path.ts";
import type { MountSource } from "./resolved-volume.ts";
import { messagePath } from "./termination-message.ts";

/**
 * What root relies on between systemd and the container's program: BindPaths= acts on helpers that are run with "+" as
 * well, and setpriv asks for users by name before it takes them for numbers.
 */
const RESERVED_TARGETS: readonly string[] = [
  ...["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"].flatMap((path) => [path, `/usr${path}`]),
  ...["/usr/local/bin", "/usr/local/sbin", "/usr/local/lib"],
  ...["/etc/perl", "/usr/share/perl", "/usr/share/perl5", "/usr/local/share/perl"],
  ...["/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.preload"],
  ...["/etc/group", "/etc/nsswitch.conf", "/etc/passwd"],
  "/proc",
];

/** Somebody's wish to have something at a path of the host. */
interface Point {
  /** Words for the container's owner. */
  readonly given: string;
  readonly target: string;
  /** Undefined: no volume. */
  readonly volume?: string;
  readonly source?: string | undefined;
}

/** What must not be mounted where a container on the host's files wants it; in words for its owner. `path` is the container's. */
export function mountPointProblem(
  pod: Pod,
  container: Container,
  path: string,
  places: ReadonlyMap<string, MountSource>,
  libDir: string,
): string | undefined {
  const points = pointsOf(container, path, places);
  return points
    .map((each) => coverProblem(each, libDir) ?? nestingProblem(pod, each, points) ?? exposedProblem(pod, each, places))
    .find(Boolean);
}

function pointsOf(container: Container, path: string, places: ReadonlyMap<string, MountSource>): readonly Point[] {
  const { volumeMounts = [], terminationMessagePath } = container;
  const volumes = volumeMounts.map(({ name, mountPath, subPath, subPathExpr }) => ({
    given: `${path}.volumeMounts[${name}].mountPath ${JSON.stringify(mountPath)}`,
    target: resolveVarRun(cleanPath(mountPath)),
    volume: name,
    source: subPath || subPathExpr ? undefined : places.get(name)?.path,
  }));
  const message = {
    given: `${path}.terminationMessagePath ${JSON.stringify(terminationMessagePath ?? messagePath(container))}`,
    target: resolveVarRun(messagePath(container)),
  };
  return [...volumes, message];
}

/** A directory of the host at its own place covers nothing. */
function coverProblem({ given, target, source }: Point, libDir: string): string | undefined {
  const covered = [...RESERVED_TARGETS, libDir].find(
    (own) => own === target || isBelow(own, target) || isBelow(target, own),
  );
  if (covered === undefined || source === target) return undefined;
  return `${given} would cover ${covered} of the host, which starts the container: use another path, or an image with files of its own`;
}

/** systemd follows links on its way to where it mounts, and what containers can write to may have any. */
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

/** The same of a directory of the host that is a volume elsewhere. Who may write to all of the host needs no links. */
function exposedProblem(
  pod: Pod,
  { given, target }: Point,
  places: ReadonlyMap<string, MountSource>,
): string | undefined {
  if (RECREATED_EACH_START.test(target)) return undefined;
  const mounts = containersOf(pod.spec).flatMap(({ volumeMounts = [] }) => volumeMounts);
  const exposed = mounts.find(({ name, readOnly }) => {
    const path = readOnly ? undefined : places.get(name)?.path;
    return path !== undefined && path !== "/" && isWritable(pod, name) && isBelow(target, path);
  })?.name;
  if (exposed === undefined) return undefined;
  return `${given} lies within ${places.get(exposed)?.path} of the host, which containers can write to by volume "${exposed}": use a path outside of it, or an image with files of its own`;
}

/** The container's own at each start, wherever the host's are; and devices, where only root makes files. */
const RECREATED_EACH_START = /^\/(run|tmp|var\/tmp|dev)\//;

function whoseLinks({ spec }: Pod, name: string): string {
  const { image } = spec.volumes?.find((each) => each.name === name) ?? {};
  return image === undefined ? "which containers can write to" : "which may have links to anywhere";
}

/** By whomever: what the run writes, nobody else does. Who has made an image could write there whatever he liked. */
function isWritable({ spec }: Pod, name: string): boolean {
  const volume = spec.volumes?.find((each) => each.name === name);
  return (volume?.configMap ?? volume?.secret ?? volume?.downwardAPI ?? volume?.projected) === undefined;
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory === "/" ? directory : `${directory}/`) && path !== directory;
}
