import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { UnitName } from "../../model/unit.ts";
import type { World } from "../../model/world.ts";
import { adoptedUnits } from "../images/reference.ts";
import { policyFor } from "../policy-for.ts";
import { mayAdopt } from "../security/adopted-units.ts";

type TakenUnits = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Returns why another pod has a unit that a pod names, by the UID of that pod and the name of the unit. A unit belongs to
 * the pod that has adopted it, also when the setting does not allow it any more, or else to the one that came first. A
 * pod that may not adopt it keeps no other from it.
 */
export function takenUnits(pods: readonly Pod[], { config, units }: Pick<World, "config" | "units">): TakenUnits {
  const ownerOf = (unit: string) => units.get(unit as UnitName)?.identity?.podUID;
  const wishes = pods.flatMap((pod) =>
    adoptedUnits(pod)
      .filter((unit) => ownerOf(unit) === pod.metadata.uid || mayAdopt(pod, unit, policyFor(pod, config)))
      .map((unit) => ({ unit, pod })),
  );
  const taken = new Map<string, Map<string, string>>();
  for (const [unit, rivals] of Map.groupBy(wishes, ({ unit }) => unit)) {
    const owner = ownerOf(unit);
    const [first, ...others] = rivals
      .map(({ pod }) => pod)
      .toSorted((a, b) => rank(a, owner).localeCompare(rank(b, owner)));
    for (const pod of others) {
      if (first === undefined || pod.metadata.uid === first.metadata.uid) continue;
      const isNear = pod.metadata.namespace === first.metadata.namespace;
      const who = isNear ? `pod ${namespacedName(first.metadata)}` : "a pod of another namespace";
      const own = taken.get(pod.metadata.uid) ?? new Map<string, string>();
      taken.set(pod.metadata.uid, own.set(unit, `${unit} is adopted by ${who} already`));
    }
  }
  return taken;
}

/** The smallest text is that of the owner, then of the pod that was admitted first, then of the one that was made first. */
function rank({ metadata, status }: Pod, owner: string | undefined): string {
  const order = metadata.uid === owner ? 0 : status?.startTime === undefined ? 2 : 1;
  return [order, status?.startTime ?? "", metadata.creationTimestamp ?? "", metadata.uid].join(" ");
}
