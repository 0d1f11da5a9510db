import type { UnitName, UnitOwner } from "../../model/unit.ts";
import { readIdentity } from "../../unitfile/identity.ts";
import { adoptedNames, readAdoption } from "./adopted-units.ts";
import { readUnitText, unitFileNames } from "./unit-places.ts";

/** A unit of a pod. */
export interface OwnedUnit {
  readonly name: UnitName;
  readonly identity: UnitOwner;
}

/** Returns the units whose files say that they belong to pods, with those of the host that pods have adopted. */
export function readOwnedUnits(): readonly OwnedUnit[] {
  return [...ownedOf(unitFileNames(), readUnitText), ...ownedOf(adoptedNames(), readAdoption)];
}

function ownedOf(names: readonly UnitName[], read: (name: UnitName) => string | undefined): readonly OwnedUnit[] {
  return names.flatMap((name): OwnedUnit[] => {
    const identity = readIdentity(read(name) ?? "");
    return identity === undefined ? [] : [{ name, identity }];
  });
}
