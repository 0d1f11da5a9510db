import type { Pod } from "../../model/api/pod.ts";
import { bandTarget, PRIORITY_BANDS, SHUTDOWN_BEGIN, SHUTDOWN_END } from "../../model/host/shutdown.ts";
import type { UnitLines } from "../../model/unit.ts";

/**
 * Returns the lines that order a container's stop at a shutdown of the host. It comes after the first status update and
 * before the last one; less important pods stop first. Units stop in the reverse order of their start. The targets are
 * always active, so this never delays a start.
 */
export function shutdownLines({ spec }: Pod): UnitLines {
  const priority = spec.priority ?? 0;
  // units/unitlet-priority-*.target order each other.
  const next = PRIORITY_BANDS.find((band) => band > priority);
  const own = PRIORITY_BANDS.findLast((band) => band <= priority);
  return [
    ["After", [SHUTDOWN_END, ...(next === undefined ? [] : [bandTarget(next)])].join(" ")],
    ["Before", [SHUTDOWN_BEGIN, ...(own === undefined ? [] : [bandTarget(own)])].join(" ")],
  ];
}
