import type { VolumeMount } from "../../model/api/volume.ts";
import type { BindMount, Propagation } from "../../model/confinement.ts";
import { subPathMount } from "../../model/paths.ts";
import type { UnitLines } from "../../model/unit.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { cleanPath } from "./clean-path.ts";
import type { MountSource, MountSources, NeededPath } from "./mount-source.ts";
import { type SubPath, type SubPaths, subPathOf, subPathsOf } from "./sub-paths.ts";

export interface ContainerMounts {
  readonly ok: true;
  readonly mounts: readonly BindMount[];
  /** Conditions of [Unit], without which nothing is started. */
  readonly conditions: UnitLines;
  readonly paths: readonly NeededPath[];
  readonly subPaths: SubPaths;
}

export interface MountFailure {
  readonly ok: false;
  readonly because: string;
}

/**
 * Returns the container's mounts. `variables` is undefined while they cannot be read: then a subPathExpr keeps its last
 * value. The API server rejects names that are no volume of the pod.
 */
export function containerMounts(
  {
    pod: { metadata },
    container: { name: container, volumeMounts = [] },
  }: Pick<ResolvedContainer, "pod" | "container">,
  sources: MountSources,
  variables: ReadonlyMap<string, string> | undefined,
): ContainerMounts | MountFailure {
  const mounts: BindMount[] = [];
  const conditions: (readonly [string, string])[] = [];
  const paths: NeededPath[] = [];
  const subPaths: SubPath[] = [];
  for (const [at, mount] of volumeMounts.entries()) {
    const source = sources.get(mount.name);
    if (source === undefined)
      return { ok: false, because: `cannot find volume "${mount.name}" to mount into container "${container}"` };
    const within = subPathOf(mount, variables);
    if (!within.ok) return within;
    const { subPath: path } = within;
    if (path !== undefined) subPaths.push({ at, volume: mount.name, source, path, shown: mount.subPathExpr || path });
    conditions.push(...source.conditions);
    paths.push(...(source.paths ?? []));
    mounts.push(bind(mount, source, path === undefined ? source.path : subPathMount(metadata.uid, container, at)));
  }
  const isKnown = variables !== undefined || !volumeMounts.some(({ subPathExpr }) => subPathExpr);
  return {
    ok: true,
    mounts,
    conditions: distinct(conditions),
    paths: distinct(paths),
    subPaths: subPathsOf(container, isKnown ? subPaths : undefined, subPaths.length > 0),
  };
}

function distinct<T extends readonly [string, string]>(pairs: readonly T[]): readonly T[] {
  return pairs.filter((pair, at) => pairs.findIndex((other) => pair[0] === other[0] && pair[1] === other[1]) === at);
}

function bind(mount: VolumeMount, volume: MountSource, source: string): BindMount {
  const readOnly = volume.readOnly || (mount.readOnly ?? false);
  return {
    type: "bind",
    source,
    target: cleanPath(mount.mountPath),
    readOnly,
    recursiveReadOnly: readOnly && /^(Enabled|IfPossible)$/.test(mount.recursiveReadOnly ?? ""),
    propagation: PROPAGATION[mount.mountPropagation ?? "None"] ?? "private",
    ...(volume.untrusted && { nosuidNodev: true }),
  };
}

const PROPAGATION: Readonly<Record<string, Propagation>> = {
  None: "private",
  HostToContainer: "slave",
  Bidirectional: "shared",
};
