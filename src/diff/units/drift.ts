import { eventFieldPath, statusesOf } from "../../model/api/containers.ts";
import type { PodEvent } from "../../model/api/event.ts";
import type { Instant } from "../../model/api/time.ts";
import { masksFor } from "../../model/host/type-drop-ins.ts";
import type { Runnable } from "../../model/translation.ts";
import { type ActualUnit, type DesiredUnit, isContainer } from "../../model/unit.ts";
import type { World } from "../../model/world.ts";
import { isIntact } from "../../unitfile/identity.ts";
import { isMisloaded, isUnloadable } from "./unit-states.ts";

export interface Drift {
  readonly because: string;
  readonly restart: boolean;
  /** The text or its drop-ins were changed on the host. */
  readonly isEdit?: boolean;
  readonly event?: PodEvent;
}

/**
 * Returns how the unit on disk differs from the desired one. With another spec hash it is replaced, after a stop. A
 * text that unitlet wrote earlier is rewritten without a restart, because an upgrade restarts no pod. Anything else is
 * an edit on the host.
 */
export function drift(
  translation: Runnable,
  unit: DesiredUnit,
  actual: ActualUnit | undefined,
  world: World,
): Drift | undefined {
  const { now } = world;
  if (actual?.text === undefined) {
    if (!wasThere(translation, unit, actual)) return { because: "it is new", restart: false };
    return edited(translation, unit, { what: "was deleted or masked on the host; written again", restart: false, now });
  }
  if (actual.identity?.specHash !== unit.identity.specHash) return { because: "the pod changed", restart: false };
  if (actual.dropIns.length > 0)
    return edited(translation, unit, {
      what: `was overridden on the host (${actual.dropIns.join(", ")}); removed these files`,
      restart: true,
      now,
    });
  if (actual.text !== unit.text) {
    if (isIntact(actual.text)) return { because: "unitlet or the host changed", restart: false };
    return edited(translation, unit, { what: "was edited on the host; put back", restart: true, now });
  }
  if (actual.misplaced) return { because: `the units of pods belong in ${world.config.unitDirectory}`, restart: false };
  if (masksFor(unit.name, world.typeDropIns).join() !== (actual.masks ?? []).join())
    return { because: "the host has other drop-ins for all units of its type", restart: false };
  if (!isMisloaded(actual) || isUnloadable(actual, world)) return undefined;
  const load = actual.state?.load ?? "";
  return edited(translation, unit, {
    what: `was not loaded from its file (${load}); loaded again`,
    restart: false,
    now,
  });
}

/** True when the unit had a file: systemd has loaded it, or its container has run. */
function wasThere({ pod }: Runnable, unit: DesiredUnit, actual: ActualUnit | undefined): boolean {
  if (actual?.linked || (actual?.state !== undefined && actual.state.active !== "inactive")) return true;
  // After an upgrade an auxiliary unit may be new although the container runs.
  if (!isContainer(unit)) return false;
  const { identity } = unit;
  const statuses = statusesOf(pod.status);
  return statuses.some(({ name, containerID }) => name === identity.container && containerID !== undefined);
}

interface Edit {
  readonly what: string;
  /** A running container is restarted, because it may run with the edit. */
  readonly restart: boolean;
  readonly now: Instant;
}

function edited({ pod }: Runnable, unit: DesiredUnit, { what, restart, now }: Edit): Drift {
  const { container, kind } = unit.identity;
  const event: PodEvent = {
    pod,
    type: "Warning",
    reason: "Drift",
    message: `Unit ${unit.name} ${what}`,
    // The run reverts the edit, so the next run that finds one has found another edit.
    occurrence: String(now),
    ...(container ? { fieldPath: eventFieldPath(kind, container) } : {}),
  };
  return { because: `it ${what}`, restart: restart && isContainer(unit), isEdit: restart, event };
}
