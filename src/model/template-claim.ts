import type { PersistentVolumeClaim } from "./api/volume.ts";
import type { StatefulSet, Workload } from "./api/workload.ts";
import { claimPath } from "./paths.ts";

/** Returns the name of the claim of a pod (`statefulset/stateful_set_utils.go: getPersistentVolumeClaimName`, v1.36). */
export function templateClaimName(set: string, template: string, ordinal: number): string {
  return `${template}-${set}-${ordinal}`;
}

/** Returns the claim with this name; undefined when no StatefulSet has a template of it. */
export function templateClaim(
  workloads: readonly Workload[],
  namespace: string,
  name: string,
): PersistentVolumeClaim | undefined {
  const sets = workloads.filter((each): each is StatefulSet => each.kind === "StatefulSet");
  const own = sets.filter(({ metadata }) => metadata.namespace === namespace);
  const templates = own.flatMap(({ metadata, claimTemplates = [] }) =>
    claimTemplates.map((template) => ({ prefix: `${template.name}-${metadata.name}-`, template })),
  );
  const found = templates.find(
    ({ prefix }) => name.startsWith(prefix) && /^(0|[1-9]\d{0,9})$/.test(name.slice(prefix.length)),
  );
  if (found === undefined) return undefined;
  const { name: _, ...rest } = found.template;
  return { metadata: { name }, directory: { path: claimPath(namespace, name), ...rest } };
}
