import { claimIssues } from "./claim.ts";
import { dnsLabel } from "./formats.ts";
import type { Issue } from "./issue.ts";
import type { Tree } from "./object-rules.ts";

/** Returns what is wrong with the claims of a StatefulSet (`apps/validation/validation.go: ValidateStatefulSetSpec`, v1.36). */
export function claimTemplateIssues(spec: Tree): readonly Issue[] {
  const templates = (spec.volumeClaimTemplates ?? []) as readonly Tree[];
  const names = templates.map(({ metadata }) => (metadata as Tree | undefined)?.name);
  const issues = templates.flatMap(({ spec: claim }, at) => {
    const path = ["spec", "volumeClaimTemplates", at];
    const issue = nameIssue(names[at], names.indexOf(names[at]) < at);
    return [
      ...(issue === undefined ? [] : [{ path: [...path, "metadata", "name"], message: issue }]),
      ...claimIssues(claim as Tree | undefined, [...path, "spec"]),
    ];
  });
  return [...issues, ...retentionIssues((spec.persistentVolumeClaimRetentionPolicy ?? {}) as Tree)];
}

function nameIssue(name: unknown, isTwice: boolean): string | undefined {
  if (typeof name !== "string") return "is missing";
  return isTwice ? `"${name}" is used twice` : dnsLabel(name as never);
}

/** A file that is missing for a moment, or has a typing error in `replicas`, would delete data. */
function retentionIssues(policy: Tree): readonly Issue[] {
  return ["whenDeleted", "whenScaled"].flatMap((field) =>
    policy[field] === "Delete"
      ? [
          {
            path: ["spec", "persistentVolumeClaimRetentionPolicy", field],
            message: "Delete needs a cluster: write Retain, and delete claims with unitlet claims delete",
          },
        ]
      : [],
  );
}
