import type { Container, Pod } from "../../model/api/pod.ts";
import { isUnit, parseUnit } from "../../model/image/unit-reference.ts";
import type { UnitName } from "../../model/unit.ts";
import { readIdentity } from "../../unitfile/identity.ts";
import { containerUnitName } from "../../unitfile/names.ts";
import { readAdoption } from "./adopted-units.ts";

/**
 * Returns the unit of a container. It is a unit of the host only while that has the drop-in of this pod and container:
 * what a pod names is not proof that it may have it.
 */
export function containerUnit(
  { metadata: { namespace, name, uid } }: Pick<Pod, "metadata">,
  { name: container, image = "" }: Pick<Container, "name" | "image">,
): UnitName {
  const reference = isUnit(image) ? parseUnit(image) : undefined;
  if (reference?.kind === "unit") {
    const owner = readIdentity(readAdoption(reference.unit) ?? "");
    if (owner?.podUID === uid && owner.container === container) return reference.unit as UnitName;
  }
  return containerUnitName(namespace, name, container);
}
