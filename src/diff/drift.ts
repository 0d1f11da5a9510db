import { listOf, statusesOf } from "../model/api/containers.ts";
import type { PodEvent } from "../model/api/event.ts";
import type { Instant } from "../model/api/time.ts";
import type { Runnable } from "../model/translation.ts";
import { type ActualUnit, type DesiredUnit, isContainer } from "../model/unit.ts";
import { isIntact } from "../unitfile/identity.ts";

export interface Drift {
  readonly because: string;
  readonly restart: boolean;
  readonly event?: PodEvent;
}

/**
 * How the unit on disk differs from the desired one. Another spec: replaced (it was stopped before). Our own text of
 * another day: rewritten without a restart, since an upgrade must not touch what runs. Anything else is somebody's edit.
 */
export function drift(
  translation: Runnable,
  unit: DesiredUnit,
  actual: ActualUnit | undefined,
  now: Instant,
): Drift | undefined {
  if (actual?.text === undefined) {
    if (!wasThere(translation, unit, actual)) return { because: "it is new", restart: false };
    return edited(translation, unit, "was deleted or masked on the host; written again", false, now);
  }
  if (actual.identity?.specHash !== unit.identity.specHash) return { because: "the pod changed", restart: false };
  if (actual.dropIns.length > 0)
    return edited(
      translation,
      unit,
      `was given drop-ins on the host (${actual.dropIns.join(", ")}); removed them`,
      true,
      now,
    );
  if (actual.text !== unit.text) {
    if (isIntact(actual.text)) return { because: "unitlet or the host changed", restart: false };
    return edited(translation, unit, "was edited on the host; put back", true, now);
  }
  return undefined;
}

/** A unit that systemd has loaded, or whose container has run, had a file. */
function wasThere({ pod }: Runnable, unit: DesiredUnit, actual: ActualUnit | undefined): boolean {
  if (actual?.linked || (actual?.state !== undefined && actual.state.active !== "inactive")) return true;
  // A companion may be new to a container that has run since before an upgrade.
  if (!isContainer(unit)) return false;
  const { identity } = unit;
  const statuses = statusesOf(pod.status);
  return statuses.some(({ name, containerID }) => name === identity.container && containerID !== undefined);
}

function edited({ pod }: Runnable, unit: DesiredUnit, what: string, restart: boolean, now: Instant): Drift {
  const { container, kind } = unit.identity;
  const event: PodEvent = {
    pod,
    type: "Warning",
    reason: "Drift",
    message: `Unit ${unit.name} ${what}`,
    // It is put right at once: found again, it is another edit.
    occurrence: String(now),
    ...(container ? { fieldPath: `spec.${listOf(kind)}{${container}}` } : {}),
  };
  return { because: `it ${what}`, restart: restart && isContainer(unit), event };
}
