import type { Pod } from "../../model/api/pod.ts";
import type { NodePolicy } from "../../model/host/node-policy.ts";
import type { Problem } from "../../model/problem.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { withEntries } from "../setting-remedy.ts";

/** True when the setting adoptUnits lets pods of the pod's namespace adopt the unit. */
export function mayAdopt({ metadata }: Pod, unit: string, { adoptUnits }: Pick<NodePolicy, "adoptUnits">): boolean {
  return adoptUnits === "any" || adoptUnits.includes(`${metadata.namespace}:${unit}`);
}

/** Returns a problem for a unit of the host that the container may not adopt. */
export function adoptedUnitProblems({ pod, path, reference }: ResolvedContainer, policy: NodePolicy): Problem[] {
  if (reference.kind !== "unit" || mayAdopt(pod, reference.unit, policy)) return [];
  const { namespace } = pod.metadata;
  const present = policy.adoptUnits === "any" ? [] : policy.adoptUnits;
  return [
    {
      severity: "reject",
      path: `${path}.image`,
      because: `names ${reference.unit}, which pods of namespace "${namespace}" may not adopt`,
      remedy: `let the node's administrator ${withEntries("adoptUnits", present, [`${namespace}:${reference.unit}`])}`,
    },
  ];
}
