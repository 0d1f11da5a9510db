import type { UnitName } from "../unit.ts";

/** The names of the drop-ins that the host gives to all units of a type, by type: `service` → `10-timeout-abort.conf`. */
export type TypeDropIns = ReadonlyMap<string, readonly string[]>;

/** Returns the drop-ins that must not reach a unit of a pod, in the order of their names. */
export function masksFor(name: UnitName, dropIns: TypeDropIns = new Map()): readonly string[] {
  return dropIns.get(name.slice(name.lastIndexOf(".") + 1)) ?? [];
}
