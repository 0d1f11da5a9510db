import type { ActualUnit, UnitKind, UnitOwner } from "../../model/unit.ts";
import type { World } from "../../model/world.ts";
import { auxiliaryUnitName, isSliceOf } from "../../unitfile/names.ts";
import { isIdle } from "./unit-states.ts";

/**
 * Returns the pod of a unit from the unit's file. When the file of a running unit was deleted on the host, what
 * container-start recorded or the unit's name tells the pod. Otherwise such a unit would outlive its pod.
 */
export function unitOwner(unit: ActualUnit, world: World): UnitOwner | undefined {
  if (unit.identity !== undefined || isIdle(unit)) return unit.identity;
  return ownerByInvocation(unit, world) ?? (unit.text === undefined ? ownerByName(unit, world) : undefined);
}

function ownerByInvocation({ invocation }: ActualUnit, { directories }: World): UnitOwner | undefined {
  if (invocation === undefined) return undefined;
  for (const { uid, histories } of directories.values()) {
    for (const [container, { started }] of histories) {
      if (started?.invocation === invocation) return owner(uid, "container", container);
    }
  }
  return undefined;
}

/**
 * The name of a slice contains the UID, and those of other auxiliary units have the name of a pod in the list. systemd has
 * units for all mounts of a pod, which are removed with its directories.
 */
function ownerByName({ name }: ActualUnit, { directories, pods }: World): UnitOwner | undefined {
  for (const uid of directories.keys()) {
    if (isSliceOf(name, uid)) return owner(uid, "slice");
  }
  const named = pods.items.flatMap(({ metadata, spec }) => [
    ...(name === auxiliaryUnitName("sandbox", metadata, "pod") ? [owner(metadata.uid, "sandbox")] : []),
    ...spec.containers
      .filter((each) => name === auxiliaryUnitName("socket", metadata, each.name, "socket"))
      .map((each) => owner(metadata.uid, "socket", each.name)),
  ]);
  // Of two pods with one name, either may be the owner.
  return named.length === 1 ? named[0] : undefined;
}

function owner(podUID: string, kind: UnitKind, container = ""): UnitOwner {
  return { namespace: "", pod: "", podUID, container, kind, specHash: "" };
}
