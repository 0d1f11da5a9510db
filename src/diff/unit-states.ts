import type { Step } from "../model/step.ts";
import type { ActualUnit } from "../model/unit.ts";

/** systemd knows the unit by a file, not only by another unit's mention of it. */
export function isLoaded(unit: ActualUnit): boolean {
  return unit.state !== undefined && unit.state.load !== "not-found";
}

/** systemd goes on refusing to start what was masked until it reads the unit's file again. */
export function unmask({ name, text, state }: ActualUnit): Step[] {
  if (state?.load !== "masked" || text === undefined) return [];
  return [{ kind: "reload", uid: "", because: `${name} is no longer masked` }];
}

/** It has processes, or is about to have some. */
export function isUp(unit: ActualUnit): boolean {
  const active = unit.state?.active;
  return active === "active" || active === "activating" || active === "reloading" || active === "deactivating";
}

/** Being stopped already: another stop would change nothing. */
export function isStopping(unit: ActualUnit): boolean {
  return unit.state?.active === "deactivating" || unit.state?.job === "stop";
}

export function isIdle(unit: ActualUnit | undefined): boolean {
  return unit === undefined || (!isUp(unit) && (unit.state?.job ?? "") === "");
}
