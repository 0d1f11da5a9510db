import { NO_HISTORY } from "../model/exit-record.ts";
import { bundleConfig, environmentFile } from "../model/paths.ts";
import type { Step } from "../model/step.ts";
import type { World } from "../model/world.ts";
import { isIdle, unmask } from "./unit-states.ts";

/**
 * Starts the containers that should run, of pods that an incomplete list does not have. Their units on disk are all
 * that is known, so nothing is removed or written. systemd starts the init containers with the units that need them.
 */
export function startLoadedUnits(world: World, listed: ReadonlySet<string>): Step[] {
  const because = "it should run, and the list of pods cannot be read";
  const steps = [...world.units.values()].flatMap((unit): Step[] => {
    const { identity } = unit;
    if (
      (identity?.kind !== "container" && identity?.kind !== "sidecar") ||
      listed.has(identity.podUID) ||
      !unit.linked ||
      unit.text === undefined ||
      !isIdle(unit)
    )
      return [];
    const directory = world.directories.get(identity.podUID);
    const history = directory?.histories.get(identity.container) ?? NO_HISTORY;
    if (history.finished) return [];
    const start: Step[] = [...unmask(unit), { kind: "start", uid: identity.podUID, unit: unit.name, because }];
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
