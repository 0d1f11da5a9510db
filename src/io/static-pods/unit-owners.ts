import { containersOf } from "../../model/api/containers.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import { isUnit, parseUnit } from "../../model/image/unit-reference.ts";
import { readIdentity } from "../../unitfile/identity.ts";
import { containerUnitName } from "../../unitfile/names.ts";
import { readAdoption } from "../systemd/adopted-units.ts";
import { readUnitText } from "../systemd/unit-places.ts";

/** Returns the UIDs of the pods of this name to which the units of these containers belong on this host. */
export function unitOwners({ metadata: { namespace, name }, spec }: Pod): ReadonlySet<string> {
  const units = containersOf(spec).flatMap((container) => [
    readUnitText(containerUnitName(namespace, name, container.name)),
    adoptionOf(container),
  ]);
  const uids = units.flatMap((text) => {
    const owner = readIdentity(text ?? "");
    return owner?.namespace === namespace && owner.pod === name ? [owner.podUID] : [];
  });
  return new Set(uids);
}

function adoptionOf({ image = "" }: Container): string | undefined {
  const reference = isUnit(image) ? parseUnit(image) : undefined;
  return reference?.kind === "unit" ? readAdoption(reference.unit) : undefined;
}
