import type { Step } from "../../model/step.ts";
import { type ActualUnit, isContainer } from "../../model/unit.ts";
import type { World } from "../../model/world.ts";

/**
 * True when systemd reads a new file of the unit only at a reload. It reads it without one when the unit is inactive and
 * had no file, as when only another unit refers to it.
 */
export function isLoaded({ state }: ActualUnit): boolean {
  return state !== undefined && (state.load !== "not-found" || state.active !== "inactive");
}

/** Load states with which systemd refuses to start a unit. */
const REFUSED: readonly string[] = ["not-found", "masked", "error", "bad-setting"];

/**
 * True when systemd has not loaded the file that the unit has now. Its file was missing or unusable at the last reload.
 * Once a request has named the active unit since, its slice cannot be assigned, and it cannot be started until the next
 * reload.
 */
export function isMisloaded(unit: ActualUnit): boolean {
  return unit.text !== undefined && isLoaded(unit) && REFUSED.includes(unit.state?.load ?? "");
}

/** True when a reload of the last minute has not helped: a start would fail in each run. */
export function isUnloadable(unit: ActualUnit | undefined, { unloadable }: World): boolean {
  return unit !== undefined && isMisloaded(unit) && (unloadable?.has(unit.name) ?? false);
}

/** Returns the reload after which systemd can start a unit whose file it has not loaded; none for any other unit. */
export function loadAgain(unit: ActualUnit): Step[] {
  if (!isMisloaded(unit)) return [];
  return [{ kind: "reload", uid: "", because: `${unit.name} was not loaded from its file` }];
}

/** True when the unit has processes, or is about to have some. */
export function isUp(unit: ActualUnit): boolean {
  const active = unit.state?.active;
  return active === "active" || active === "activating" || active === "reloading" || active === "deactivating";
}

/** True when the unit executes a program of the pod, and is not about to end. */
export function isExecuting(unit: ActualUnit | undefined): boolean {
  const { active, sub, job } = unit?.state ?? {};
  if (unit?.invocation === undefined || job === "stop" || sub === "exited") return false;
  return (
    active === "active" || active === "reloading" || (active === "activating" && /^start(-post)?$/.test(sub ?? ""))
  );
}

/** True while the unit is being stopped, so that another stop would change nothing. */
export function isStopping(unit: ActualUnit): boolean {
  return unit.state?.active === "deactivating" || unit.state?.job === "stop";
}

/** True when the unit has no processes and no queued job; true also for a unit that does not exist. */
export function isIdle(unit: ActualUnit | undefined): boolean {
  return unit === undefined || (!isUp(unit) && (unit.state?.job ?? "") === "");
}

/** True when the container runs or has a queued job, whose start would come after the pod's files are removed. */
export function isBusyContainer(unit: ActualUnit): boolean {
  return isContainer(unit) && !isIdle(unit);
}
