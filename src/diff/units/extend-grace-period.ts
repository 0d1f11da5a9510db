import { containersOf } from "../../model/api/containers.ts";
import { deletionGrace, unitStopTimeout } from "../../model/api/grace.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Step } from "../../model/step.ts";
import { type ActualUnit, isContainer, type UnitOwner } from "../../model/unit.ts";
import type { World } from "../../model/world.ts";
import { isIntact, withStopTimeout } from "../../unitfile/identity.ts";
import { unitDirectory } from "./unit-directory.ts";
import { isStopping, isUp } from "./unit-states.ts";

/**
 * Writes the grace period of a delete into the units when it is longer than theirs. The next run, which follows at
 * once, stops them. The helper `container-stop` needs no change, because it reads the mark of the delete.
 */
export function extendGracePeriod(pod: Pod, units: readonly ActualUnit[], { now, config }: World): Step[] {
  const { uid } = pod.metadata;
  const seconds = deletionGrace(pod);
  if (seconds === undefined) return [];
  const writes = units.flatMap((unit): Step[] => {
    const { name, text, dropIns, identity } = unit;
    if (identity === undefined || stopTimeoutOf(pod, identity) >= seconds) return [];
    if (!isContainer(unit) || !isUp(unit) || isStopping(unit) || text === undefined || !isIntact(text)) return [];
    const because = "the delete has a longer grace period than the unit";
    return [
      {
        kind: "write-unit",
        uid,
        unit: name,
        text: withStopTimeout(text, identity, seconds),
        dropIns,
        ...unitDirectory(config),
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

/**
 * Returns the unit's timeout in seconds. It is infinite for a container that is not in the pod's spec, so that its unit
 * stays as it is.
 */
function stopTimeoutOf(pod: Pod, { container: name, stopHelper = false, stopTimeout }: UnitOwner): number {
  const container = containersOf(pod.spec).find((each) => each.name === name);
  if (container === undefined) return Number.POSITIVE_INFINITY;
  return stopTimeout ?? unitStopTimeout(pod, container, stopHelper);
}
