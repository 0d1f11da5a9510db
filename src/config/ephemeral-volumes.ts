import { claimIssues } from "./claim.ts";
import type { Issue } from "./issue.ts";
import type { Tree } from "./object-rules.ts";

/** Returns what is wrong with the claims of a pod's generic ephemeral volumes (`core/validation/validation.go`, v1.36). */
export function ephemeralVolumeIssues(spec: Tree): readonly Issue[] {
  return ((spec.volumes ?? []) as readonly Tree[]).flatMap(({ ephemeral }, at) => {
    if (ephemeral === undefined) return [];
    const path = ["spec", "volumes", at, "ephemeral", "volumeClaimTemplate"];
    const template = (ephemeral as Tree).volumeClaimTemplate as Tree | undefined;
    if (template === undefined) return [{ path, message: "is missing" }];
    return claimIssues(template.spec as Tree, [...path, "spec"]);
  });
}

/** A claim is a directory of this host, and this one ends with its pod: that is an emptyDir. */
export function withoutEphemeral(volume: Tree): Tree {
  const { ephemeral, ...rest } = volume;
  return ephemeral === undefined ? volume : { ...rest, emptyDir: {} };
}
