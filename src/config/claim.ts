import type { ClaimDirectory } from "../model/api/volume.ts";
import { claimPath } from "../model/paths.ts";
import { checkType } from "./check-types.ts";
import type { DataObject } from "./data-objects.ts";
import type { Issue, Path } from "./issue.ts";
import type { Tree } from "./object-rules.ts";
import type { TypeTable } from "./type-table.ts";

/** Fields that choose among the volumes of a cluster. */
const REFUSED: readonly (readonly [field: string, remedy: string])[] = [
  ["volumeName", "remove it, because a claim is a directory of this node"],
  ["selector", "remove it, because a claim is a directory of this node"],
  ["dataSource", "remove it, and copy the data into the directory of the claim"],
  ["dataSourceRef", "remove it, and copy the data into the directory of the claim"],
  ["volumeAttributesClassName", "remove it"],
];

/** Returns a PersistentVolumeClaim as the directory that it is on this node, and what is wrong with the document. */
export function parseClaim(
  types: TypeTable,
  written: unknown,
): { readonly issues: readonly Issue[]; readonly object: DataObject } {
  const { value, issues } = checkType(types, "PersistentVolumeClaim", written);
  const { metadata, spec } = value as { readonly metadata?: Tree; readonly spec?: Tree };
  const { name = "", namespace = "default" } = (metadata ?? {}) as {
    readonly name?: string;
    readonly namespace?: string;
  };
  const directory = { path: claimPath(namespace, name), ...lacksOf(issues.length > 0 ? undefined : spec) };
  return {
    issues: issues.length > 0 ? issues : claimIssues(spec, ["spec"]),
    object: { kind: "persistentvolumeclaim", namespace, name, value: { metadata: { name }, directory } },
  };
}

/** `core/validation/validation.go: ValidatePersistentVolumeClaimSpec`, v1.36, and what this node cannot do. */
export function claimIssues(spec: Tree | undefined, path: Path): readonly Issue[] {
  if (spec === undefined) return [{ path, message: "is missing" }];
  const {
    accessModes = [],
    volumeMode,
    resources,
  } = spec as {
    readonly accessModes?: readonly string[];
    readonly volumeMode?: string;
    readonly resources?: { readonly requests?: Tree };
  };
  const issues: (Issue | false)[] = [
    accessModes.length === 0 && {
      path: [...path, "accessModes"],
      message: "expected at least one, such as ReadWriteOnce",
    },
    accessModes.includes("ReadWriteOncePod") && {
      path: [...path, "accessModes"],
      message: "ReadWriteOncePod needs a cluster: write ReadWriteOnce",
    },
    resources?.requests?.storage === undefined && {
      path: [...path, "resources", "requests", "storage"],
      message: "is missing",
    },
    volumeMode === "Block" && {
      path: [...path, "volumeMode"],
      message: "Block needs a cluster: write Filesystem, because a claim is a directory of this node",
    },
    ...REFUSED.map(
      ([field, remedy]) =>
        spec[field] !== undefined && { path: [...path, field], message: `needs a cluster: ${remedy}` },
    ),
  ];
  return issues.filter((issue) => issue !== false);
}

/** Returns what a valid claim asks for and does not get, in words. */
export function lacksOf(spec: Tree | undefined): Pick<ClaimDirectory, "lacks"> {
  if (spec === undefined) return {};
  const { storageClassName, resources } = spec as {
    readonly storageClassName?: string;
    readonly resources?: { readonly requests?: { readonly storage?: string } };
  };
  const size = `Its size is not limited to ${resources?.requests?.storage}`;
  const ofClass = storageClassName === undefined ? "" : `, and storageClassName ${storageClassName} has no effect`;
  return { lacks: `${size}${ofClass}` };
}
