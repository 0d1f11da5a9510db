import { NO_PAST } from "../model/exit-record.ts";
import type { Step } from "../model/step.ts";
import type { World } from "../model/world.ts";
import { isIdle } from "./unit-states.ts";

/**
 * Of pods that an incomplete list does not have, the units on disk are all that is known: what may run again and does not is started,
 * nothing is removed and nothing is invented. Init containers are pulled in by the units that wait for them.
 */
export function keepUnits(world: World, listed: ReadonlySet<string>): Step[] {
  const because = "it should run, and the list of pods is not to be had";
  return [...world.units.values()].flatMap((unit): Step[] => {
    const { identity } = unit;
    if (
      identity?.kind !== "container" ||
      listed.has(identity.podUID) ||
      !unit.linked ||
      unit.text === undefined ||
      !isIdle(unit)
    )
      return [];
    const past = world.directories.get(identity.podUID)?.pasts.get(identity.container) ?? NO_PAST;
    return past.finished ? [] : [{ kind: "start", uid: identity.podUID, unit: unit.name, because }];
  });
}
