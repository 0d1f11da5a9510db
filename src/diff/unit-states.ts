import type { Step } from "../model/step.ts";
import type { ActualUnit } from "../model/unit.ts";

/** True when systemd has loaded the unit from a file, and not only from a reference of another unit. */
export function isLoaded(unit: ActualUnit): boolean {
  return unit.state !== undefined && unit.state.load !== "not-found";
}

/** Returns the reload after which systemd starts a unit that was masked; none for any other unit. */
export function unmask({ name, text, state }: ActualUnit): Step[] {
  if (state?.load !== "masked" || text === undefined) return [];
  return [{ kind: "reload", uid: "", because: `${name} is no longer masked` }];
}

/** True when the unit has processes, or is about to have some. */
export function isUp(unit: ActualUnit): boolean {
  const active = unit.state?.active;
  return active === "active" || active === "activating" || active === "reloading" || active === "deactivating";
}

/** True while the unit is being stopped, so that another stop would change nothing. */
export function isStopping(unit: ActualUnit): boolean {
  return unit.state?.active === "deactivating" || unit.state?.job === "stop";
}

/** True when the unit has no processes and no queued job; true also for a unit that does not exist. */
export function isIdle(unit: ActualUnit | undefined): boolean {
  return unit === undefined || (!isUp(unit) && (unit.state?.job ?? "") === "");
}
