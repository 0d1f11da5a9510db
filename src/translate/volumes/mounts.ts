import type { VolumeMount } from "../../model/api/volume.ts";
import type { BindMount, Propagation } from "../../model/confinement.ts";
import { subPathMount } from "../../model/paths.ts";
import { type Storage, storageKey } from "../../model/storage.ts";
import type { UnitLines } from "../../model/unit.ts";
import { expand } from "../env/expand.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { cleanPath } from "./clean-path.ts";
import type { MountSource, MountSources } from "./mount-source.ts";

export interface ContainerMounts {
  readonly ok: true;
  readonly mounts: readonly BindMount[];
  /** Conditions of [Unit], without which nothing is started. */
  readonly conditions: UnitLines;
  /** What the mounts need besides what the volumes do. */
  readonly storage: readonly Storage[];
}

/** `storage` is prepared although the mount failed, so that the next run can succeed. */
export interface MountFailure {
  readonly ok: false;
  readonly because: string;
  readonly storage: readonly Storage[];
}

/**
 * Returns the container's mounts. `variables` is undefined while they cannot be read: then a subPathExpr keeps its last
 * mount. The API server rejects names that are no volume of the pod.
 */
export function containerMounts(
  {
    pod: { metadata },
    container: { name: container, volumeMounts = [] },
  }: Pick<ResolvedContainer, "pod" | "container">,
  sources: MountSources,
  variables: ReadonlyMap<string, string> | undefined,
  failures: ReadonlyMap<string, string> = new Map(),
): ContainerMounts | MountFailure {
  const mounts: BindMount[] = [];
  const conditions: (readonly [string, string])[] = [];
  const storage: Storage[] = [];
  for (const [at, mount] of volumeMounts.entries()) {
    const source = sources.get(mount.name);
    if (source === undefined)
      return {
        ok: false,
        because: `cannot find volume "${mount.name}" to mount into container "${container}"`,
        storage,
      };
    const within = subPathOf(mount, variables);
    if (!within.ok) return { ...within, storage };
    const path = subPathMount(metadata.uid, container, at);
    if (within.subPath !== undefined) {
      if (variables !== undefined)
        storage.push({
          kind: "sub-path",
          path,
          root: source.path,
          subPath: within.subPath,
          writable: !source.readOnly,
        });
      conditions.push(["ConditionPathIsMountPoint", path]);
    }
    conditions.push(...source.conditions);
    mounts.push(bind(mount, source, within.subPath === undefined ? source.path : path));
  }
  const failed = storage.find((each) => each.kind === "sub-path" && failures.has(each.path));
  if (failed !== undefined) {
    const mount = volumeMounts.find((_, at) => subPathMount(metadata.uid, container, at) === storageKey(failed));
    const because = `failed to prepare subPath for volumeMount "${mount?.name}" of container "${container}": ${failures.get(storageKey(failed))}`;
    return { ok: false, because, storage };
  }
  return {
    ok: true,
    mounts,
    conditions: conditions.filter((line, at) => conditions.findIndex((other) => isSameLine(line, other)) === at),
    storage,
  };
}

function isSameLine(line: UnitLines[number], other: UnitLines[number]): boolean {
  return line[0] === other[0] && line[1] === other[1];
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

type Within =
  | { readonly ok: true; readonly subPath: string | undefined }
  | { readonly ok: false; readonly because: string };

function subPathOf({ subPath, subPathExpr }: VolumeMount, variables: ReadonlyMap<string, string> | undefined): Within {
  if (!subPathExpr) return checked(subPath || undefined);
  if (variables === undefined) return { ok: true, subPath: subPathExpr };
  const missing = new Set<string>();
  const expanded = expand(subPathExpr, (name) => {
    const value = variables.get(name) ?? "";
    if (value === "") missing.add(name);
    return value;
  });
  if (missing.size > 0) return { ok: false, because: `missing value for ${[...missing].toSorted().join(", ")}` };
  return checked(expanded || undefined);
}

function checked(subPath: string | undefined): Within {
  if (subPath?.startsWith("/"))
    return { ok: false, because: `error SubPath \`${subPath}\` must not be an absolute path` };
  if (subPath?.split("/").includes(".."))
    return { ok: false, because: `unable to provision SubPath \`${subPath}\`: must not contain '..'` };
  if (subPath?.includes("\0"))
    return { ok: false, because: "unable to provision SubPath: it contains a NUL character" };
  return { ok: true, subPath };
}
