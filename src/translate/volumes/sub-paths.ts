import type { VolumeMount } from "../../model/api/volume.ts";
import { subPathsFile } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import { expand } from "../env/expand.ts";
import type { MountSource } from "./mount-source.ts";

/** A path within a volume, which container-subpaths mounts at each start of the container. */
export interface SubPath {
  /** The index of the mount in volumeMounts. */
  readonly at: number;
  readonly volume: string;
  readonly source: MountSource;
  readonly path: string;
  /** The path as the pod has it, with the names of variables: their values may be secret. */
  readonly shown: string;
}

/** The paths within volumes that one container mounts. */
export interface SubPaths {
  readonly any: boolean;
  /** Undefined without such paths, and while the variables of a subPathExpr cannot be read. Then the present file stays. */
  readonly file?: DesiredFile;
}

/**
 * Returns the container's file for container-subpaths. `paths` is undefined while variables cannot be read. An expanded
 * path may be secret, so it is in no unit.
 */
export function subPathsOf(container: string, paths: readonly SubPath[] | undefined, any: boolean): SubPaths {
  if (!any || paths === undefined) return { any };
  const fields = paths.flatMap(({ at, volume, source, path, shown }) => [
    ...[String(at), volume, source.path, path],
    ...[source.readOnly && !source.makesSubPaths ? "0" : "1", shown],
  ]);
  return { any, file: { name: subPathsFile(container), text: fields.map((field) => `${field}\0`).join(""), uid: 0 } };
}

export type Within =
  | { readonly ok: true; readonly subPath: string | undefined }
  | { readonly ok: false; readonly because: string };

/**
 * Returns the path within the volume that a mount asks for; undefined for the whole volume. `variables` is undefined
 * while they cannot be read.
 */
export function subPathOf(
  { subPath, subPathExpr }: VolumeMount,
  variables: ReadonlyMap<string, string> | undefined,
): Within {
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
