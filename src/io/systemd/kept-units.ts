import { join } from "node:path";
import { KEPT_UNITS, RUN_DIR } from "../../model/paths.ts";
import { exists, list, readRegular, writeAtomic } from "../files.ts";
import { writeMasks } from "./type-drop-ins.ts";
import { linkIn } from "./unit-files.ts";
import { ownDropInDirectory, readUnitText, unitNamesIn, wantsIn } from "./unit-places.ts";

const VOLATILE = "/run/systemd/system";
/** Exists once the copies are back after a boot. */
const RESTORED = `${RUN_DIR}/units-restored`;

/**
 * Puts the copies of units to where systemd reads them, in the first run after a boot. A unit that has a file stays as it
 * is. Throws the errors of the file system.
 */
export function restoreKeptUnits(): void {
  if (!exists(KEPT_UNITS) || exists(RESTORED)) return;
  const links = new Set(list(wantsIn(KEPT_UNITS)));
  for (const name of unitNamesIn(KEPT_UNITS)) {
    const text = readUnitText(name) === undefined ? readRegular(join(KEPT_UNITS, name)) : undefined;
    if (text === undefined) continue;
    writeMasks(ownDropInDirectory(VOLATILE, name), list(ownDropInDirectory(KEPT_UNITS, name)));
    if (links.has(name)) linkIn(VOLATILE, name);
    // The file is last: a run that is killed before does all of it again.
    writeAtomic(join(VOLATILE, name), text, 0o644);
  }
  writeAtomic(RESTORED, "", 0o600);
}
