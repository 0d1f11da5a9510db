import type { ActualUnit, UnitName } from "../../model/unit.ts";
import { exists } from "../files.ts";

/** The condition of a container's unit that its image is there. */
const TREE = /^ConditionPathExists=(\/var\/lib\/unitlet\/images\/trees\/[^%\n]+)$/m;

/** Returns the units whose image was removed from the disk. */
export function readLostTrees(units: ReadonlyMap<UnitName, ActualUnit>): ReadonlySet<UnitName> {
  const lost = [...units.values()].filter(({ text }) => {
    const tree = TREE.exec(text ?? "")?.[1];
    return tree !== undefined && !exists(tree);
  });
  return new Set(lost.map(({ name }) => name));
}
