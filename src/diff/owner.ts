import type { ActualUnit, UnitOwner } from "../model/unit.ts";
import type { World } from "../model/world.ts";
import { isIdle } from "./unit-states.ts";

/**
 * Returns the pod of a unit from the unit's file. When the file of a running container was deleted on the host, the
 * invocation that container-start recorded names the pod. Otherwise such a container would outlive its pod.
 */
export function unitOwner(unit: ActualUnit, { directories }: World): UnitOwner | undefined {
  if (unit.identity !== undefined || unit.invocation === undefined || isIdle(unit)) return unit.identity;
  for (const { uid, histories } of directories.values()) {
    for (const [container, { started }] of histories) {
      if (started?.invocation !== unit.invocation) continue;
      return { namespace: "", pod: "", podUID: uid, container, kind: "container", specHash: "" };
    }
  }
  return undefined;
}
