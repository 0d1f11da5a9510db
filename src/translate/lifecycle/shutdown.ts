import type { Pod } from "../../model/api/pod.ts";
import { bandTarget, PRIORITY_BANDS, SHUTDOWN_BEGIN, SHUTDOWN_END } from "../../model/host/shutdown.ts";
import type { UnitLines } from "../../model/unit.ts";

/**
 * When a container stops while the host goes down: after the API server was told, the less important pods first, and
 * before it is told again. Stopping goes against the order of starting, and what stands between the pods is always up,
 * so none of this ever holds up a start.
 */
export function shutdownLines({ spec }: Pod): UnitLines {
  const priority = spec.priority ?? 0;
  // The targets themselves are in a row: units/unitlet-priority-*.target.
  const next = PRIORITY_BANDS.find((band) => band > priority);
  const own = PRIORITY_BANDS.findLast((band) => band <= priority);
  return [
    ["After", [SHUTDOWN_END, ...(next === undefined ? [] : [bandTarget(next)])].join(" ")],
    ["Before", [SHUTDOWN_BEGIN, ...(own === undefined ? [] : [bandTarget(own)])].join(" ")],
  ];
}
