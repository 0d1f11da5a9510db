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
    return claimIssues(ofOnePod(template.spec as Tree | undefined), [...path, "spec"]);
  });
}

/** One pod alone has the claim, so ReadWriteOncePod asks for nothing more. */
function ofOnePod(spec: Tree | undefined): Tree | undefined {
  const modes = (spec?.accessModes ?? []) as readonly string[];
  const isOfOne = modes.length === 1 && modes[0] === "ReadWriteOncePod";
  return isOfOne ? { ...spec, accessModes: ["ReadWriteOnce"] } : spec;
}

/** A claim is a directory of this host, and this one ends with its pod: that is an emptyDir. */
export function withoutEphemeral(volume: Tree): Tree {
  const { ephemeral, ...rest } = volume;
  return ephemeral === undefined ? volume : { ...rest, emptyDir: {} };
}
