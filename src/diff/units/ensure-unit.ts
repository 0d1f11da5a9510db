import { masksFor } from "../../model/host/type-drop-ins.ts";
import type { Step } from "../../model/step.ts";
import type { Runnable } from "../../model/translation.ts";
import type { ActualUnit, DesiredUnit, UnitName } from "../../model/unit.ts";
import type { World } from "../../model/world.ts";
import { drift } from "./drift.ts";
import { unitDirectory } from "./unit-directory.ts";
import { isLoaded, isUnloadable, isUp } from "./unit-states.ts";

/** Writes the unit when its file is missing or differs, and restarts it when it runs with an edit. */
export function ensureUnit(
  translation: Runnable,
  unit: DesiredUnit,
  actual: ActualUnit | undefined,
  world: World,
): Step[] {
  const uid = translation.pod.metadata.uid;
  const change = drift(translation, unit, actual, world);
  if (change === undefined)
    return [
      ...linkSteps(uid, unit, actual, world),
      ...tellUnloadable(translation, actual, world),
      ...finish(uid, actual, world),
    ];
  const write: Step = {
    kind: "write-unit",
    uid,
    unit: unit.name,
    text: unit.text,
    dropIns: actual?.dropIns ?? [],
    ...masksOf(unit.name, actual, world),
    ...unitDirectory(world.config),
    because: change.because,
    ...(change.event ? { event: change.event } : {}),
  };
  const reload: Step[] =
    actual !== undefined && isLoaded(actual)
      ? [{ kind: "reload", uid: "", because: `${unit.name} was rewritten` }]
      : [];
  const restart: Step[] =
    change.restart && actual !== undefined && isUp(actual)
      ? [{ kind: "restart", uid, unit: unit.name, because: change.because }]
      : [];
  return [write, ...linkSteps(uid, unit, actual, world), ...reload, ...restart];
}

/** Returns the masks to write; none when the unit has and needs none. */
function masksOf(
  name: UnitName,
  actual: ActualUnit | undefined,
  { typeDropIns }: World,
): { masks?: readonly string[] } {
  const masks = masksFor(name, typeDropIns);
  return masks.length === 0 && (actual?.masks ?? []).length === 0 ? {} : { masks };
}

/** Returns what a killed run has left to do for a unit that it has written. */
function finish(uid: string, actual: ActualUnit | undefined, { unfinished }: World): Step[] {
  if (unfinished === undefined || actual === undefined || !isLoaded(actual)) return [];
  const because = "a run was killed before it had reloaded systemd";
  const reload: Step = { kind: "reload", uid: "", because };
  if (!unfinished.has(actual.name) || !isUp(actual)) return [reload];
  return [reload, { kind: "restart", uid, unit: actual.name, because }];
}

/** Tells that systemd refuses the unit as it is, for example because of an administrator's settings for all units. */
function tellUnloadable({ pod }: Runnable, actual: ActualUnit | undefined, world: World): Step[] {
  if (actual === undefined || !isUnloadable(actual, world)) return [];
  const { name, state } = actual;
  const message = `Unit ${name} cannot be loaded (${state?.load}): on the node, systemctl status '${name}' says why`;
  const event = { pod, type: "Warning", reason: "Drift", message, occurrence: "" } as const;
  return [{ kind: "emit-event", uid: pod.metadata.uid, because: message, event }];
}

function linkSteps(uid: string, unit: DesiredUnit, actual: ActualUnit | undefined, { config }: World): Step[] {
  const { name, linked } = unit;
  if (linked === (actual?.linked ?? false) && !(linked && actual?.misplaced)) return [];
  if (!linked) return [{ kind: "unlink", uid, unit: name, because: "it does not start with the host" }];
  return [{ kind: "link", uid, unit: name, ...unitDirectory(config), because: "it starts with the host" }];
}
