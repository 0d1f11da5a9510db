import type { Pod } from "../model/api/pod.ts";
import type { Step } from "../model/step.ts";
import { type ActualUnit, isContainer } from "../model/unit.ts";
import type { World } from "../model/world.ts";
import { isIntact, withValue } from "../unitfile/identity.ts";
import { isStopping, isUp } from "./unit-states.ts";

/**
 * A delete may have a longer grace period than the pod, and so than its units. This run writes it into the units; the next
 * run, which follows at once, stops them. The helper `container-stop` needs no change, because it reads the mark of the delete.
 */
export function extendGracePeriod({ metadata }: Pod, units: readonly ActualUnit[], { now }: World): Step[] {
  const { uid, deletionGracePeriodSeconds: seconds } = metadata;
  if (seconds === undefined) return [];
  const writes = units.flatMap((unit): Step[] => {
    const { name, text, dropIns } = unit;
    if (!isContainer(unit) || !isUp(unit) || isStopping(unit) || text === undefined || !isIntact(text)) return [];
    const own = Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1] ?? Number.POSITIVE_INFINITY);
    if (own >= seconds) return [];
    const because = "the delete has a longer grace period than the unit";
    return [
      {
        kind: "write-unit",
        uid,
        unit: name,
        text: withValue(text, "TimeoutStopSec", String(seconds)),
        dropIns,
        because,
      },
    ];
  });
  if (writes.length === 0) return [];
  const because = "a unit has a longer grace period now";
  return [
    ...writes,
    { kind: "reload", uid: "", because },
    { kind: "schedule-run", uid, at: now, because: "the pod can be stopped now" },
  ];
}
