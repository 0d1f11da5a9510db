import { isBackingOff } from "../../model/back-off.ts";
import { NO_HISTORY } from "../../model/exit-record.ts";
import { bundleConfig, environmentFile } from "../../model/paths.ts";
import type { Step } from "../../model/step.ts";
import type { UnitOwner } from "../../model/unit.ts";
import type { World } from "../../model/world.ts";
import { isIdle, loadAgain } from "../units/unit-states.ts";
import { release } from "./may-start.ts";
import { restartAll } from "./restart-all.ts";

/**
 * Returns the steps for pods that an incomplete list does not have: those whose exits ask for it restart as a whole, and
 * what should run is started.
 */
export function keepLoadedUnits(world: World, listed: ReadonlySet<string>): Step[] {
  const steps: Step[] = [];
  let after = world;
  for (const uid of world.directories.keys()) {
    if (listed.has(uid)) continue;
    const units = [...world.units.values()].filter(({ identity }) => identity?.podUID === uid && restarts(identity));
    const names = units.map(({ identity }) => identity?.container ?? "");
    const restart = restartAll({ uid, names, units }, after);
    steps.push(...(restart?.steps ?? []));
    after = restart?.after ?? after;
  }
  return [...steps, ...releases(after, listed), ...startLoadedUnits(after, listed)];
}

/** Lets containers start whose back-off after a failed start is over. */
function releases({ units, directories, now }: World, listed: ReadonlySet<string>): Step[] {
  return [...units.values()].flatMap(({ identity }) => {
    if (identity === undefined || listed.has(identity.podUID)) return [];
    const history = directories.get(identity.podUID)?.histories.get(identity.container) ?? NO_HISTORY;
    return isBackingOff(history, identity.specHash, now) ? [] : release(identity.podUID, identity.container, history);
  });
}

function restarts({ kind }: UnitOwner): boolean {
  return kind === "container" || kind === "init" || kind === "sidecar";
}

/**
 * Starts the containers that should run, of pods that an incomplete list does not have. Their units on disk are all
 * that is known, so nothing is removed or written. systemd starts the init containers with the units that need them.
 */
function startLoadedUnits(world: World, listed: ReadonlySet<string>): Step[] {
  const because = "it should run, and the list of pods cannot be read";
  const steps = [...world.units.values()].flatMap((unit): Step[] => {
    const { identity } = unit;
    if (
      (identity?.kind !== "container" && identity?.kind !== "sidecar") ||
      listed.has(identity.podUID) ||
      unit.text === undefined ||
      !isIdle(unit)
    )
      return [];
    const directory = world.directories.get(identity.podUID);
    const history = directory?.histories.get(identity.container) ?? NO_HISTORY;
    if (isBackingOff(history, identity.specHash, world.now)) return [];
    if (history.finished || directory?.restartAll !== undefined || !(unit.linked || history.restarted)) return [];
    const start: Step[] = [...loadAgain(unit), { kind: "start", uid: identity.podUID, unit: unit.name, because }];
    // After a reboot the files in /run are gone, and the list that they are made from cannot be read.
    const bare =
      directory?.sealed &&
      ![environmentFile, bundleConfig].some((file) => directory.files.has(file(identity.container)));
    return bare ? [{ kind: "unseal", uid: identity.podUID, because: "the host was rebooted" }, ...start] : start;
  });
  // One step restores all files of a pod.
  return steps.filter(
    (step, at) =>
      step.kind !== "unseal" || steps.findIndex(({ kind, uid }) => kind === "unseal" && uid === step.uid) === at,
  );
}
