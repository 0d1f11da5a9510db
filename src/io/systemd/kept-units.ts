import { join } from "node:path";
import type { Log } from "../../log.ts";
import { KEPT_UNITS, RUN_DIR } from "../../model/paths.ts";
import type { UnitName } from "../../model/unit.ts";
import { exists, list, readRegular, writeAtomic } from "../files.ts";
import { restoreJournalSettings } from "../journal/journals.ts";
import { reportProblem } from "../problems.ts";
import { writeMasks } from "./type-drop-ins.ts";
import { linkIn } from "./unit-files.ts";
import { ownDropInDirectory, readUnitText, unitNamesIn, wantsIn } from "./unit-places.ts";

const VOLATILE = "/run/systemd/system";
/** Exists once the copies are back after a boot. */
const RESTORED = `${RUN_DIR}/units-restored`;

/**
 * Puts the copies of units and of the limits of journals to where systemd reads them, in the first run after a boot. A unit that
 * has a file stays as it is. One that cannot be put back keeps no other from it, and the next run tries again.
 */
export function restoreKeptUnits(log: Log): void {
  if (!exists(KEPT_UNITS) || exists(RESTORED)) return;
  const links = new Set(list(wantsIn(KEPT_UNITS)));
  const names = unitNamesIn(KEPT_UNITS);
  const failures = failureOf(restoreJournalSettings);
  failures.push(...names.flatMap((name) => failureOf(() => restore(name, links.has(name)))));
  if (failures.length === 0) failures.push(...failureOf(() => writeAtomic(RESTORED, "", 0o600)));
  reportProblem(log, "kept-units", failures[0]);
}

function restore(name: UnitName, isLinked: boolean): void {
  const text = readUnitText(name) === undefined ? readRegular(join(KEPT_UNITS, name)) : undefined;
  if (text === undefined) return;
  writeMasks(ownDropInDirectory(VOLATILE, name), list(ownDropInDirectory(KEPT_UNITS, name)));
  if (isLinked) linkIn(VOLATILE, name);
  // The file is last: a run that is killed before does all of it again.
  writeAtomic(join(VOLATILE, name), text, 0o644);
}

/** Calls the function, and returns the message of its error, if any. */
function failureOf(act: () => void): string[] {
  try {
    act();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
