import type { Container, Pod } from "../../model/api/pod.ts";
import type { VolumeMount } from "../../model/api/volume.ts";
import type { BindMount, Propagation } from "../../model/confinement.ts";
import { subPathMount } from "../../model/paths.ts";
import { type Storage, storageKey } from "../../model/storage.ts";
import { expand } from "../env/expand.ts";
import { cleanPath } from "./clean-path.ts";
import type { MountSource } from "./resolved-volume.ts";

export type ContainerMounts =
  | {
      readonly ok: true;
      readonly mounts: readonly BindMount[];
      /** Of the unit, without which nothing is started. */
      readonly conditions: readonly (readonly [string, string])[];
      /** What the mounts need besides what the volumes do. */
      readonly storage: readonly Storage[];
    }
  /** `storage` is tried again all the same. */
  | { readonly ok: false; readonly because: string; readonly storage: readonly Storage[] };

/**
 * The container's volumes at their places. `variables` undefined: they cannot be had, and what a subPathExpr leads to is
 * held since they could. Names that are no volume of the pod are the API server's business.
 */
export function containerMounts(
  { metadata }: Pod,
  { name: container, volumeMounts = [] }: Container,
  places: ReadonlyMap<string, MountSource>,
  variables: ReadonlyMap<string, string> | undefined,
  failures: ReadonlyMap<string, string> = new Map(),
): ContainerMounts {
  const mounts: BindMount[] = [];
  const conditions: (readonly [string, string])[] = [];
  const storage: Storage[] = [];
  for (const [at, mount] of volumeMounts.entries()) {
    const place = places.get(mount.name);
    if (place === undefined)
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
        storage.push({ kind: "sub-path", path, root: place.path, subPath: within.subPath, writable: !place.readOnly });
      conditions.push(["ConditionPathIsMountPoint", path]);
    }
    conditions.push(...place.conditions);
    mounts.push(bind(mount, place, within.subPath === undefined ? place.path : path));
  }
  const failed = storage.find((each) => each.kind === "sub-path" && failures.has(each.path));
  if (failed !== undefined) {
    const mount = volumeMounts.find((_, at) => subPathMount(metadata.uid, container, at) === storageKey(failed));
    const because = `failed to prepare subPath for volumeMount "${mount?.name}" of container "${container}": ${failures.get(storageKey(failed))}`;
    return { ok: false, because, storage };
  }
  const unlike = (line: readonly string[], other: readonly string[]) => line.join("=") === other.join("=");
  return {
    ok: true,
    mounts,
    conditions: conditions.filter((line, at) => conditions.findIndex((other) => unlike(line, other)) === at),
    storage,
  };
}

function bind(mount: VolumeMount, place: MountSource, source: string): BindMount {
  const readOnly = place.readOnly || (mount.readOnly ?? false);
  return {
    type: "bind",
    source,
    target: cleanPath(mount.mountPath),
    readOnly,
    recursiveReadOnly: readOnly && /^(Enabled|IfPossible)$/.test(mount.recursiveReadOnly ?? ""),
    propagation: PROPAGATION[mount.mountPropagation ?? "None"] ?? "private",
    ...(place.foreign && { harmless: true }),
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
