import { join } from "node:path";
import { KEPT_UNITS } from "../../model/paths.ts";
import type { UnitName } from "../../model/unit.ts";
import { UNIT_DIRECTORIES, type UnitDirectory } from "../../model/unit-directory.ts";
import { asUnitName } from "../../unitfile/names.ts";
import { exists, list, readRegular } from "../files.ts";

/** All directories in which runs write units: those that systemd reads, and the copies. */
const PLACES: readonly string[] = [...UNIT_DIRECTORIES, KEPT_UNITS];

/** Returns the directories in which each unit has a file: the copy is first, so that no unit is there without it. */
export function placesOf(directory: UnitDirectory): readonly string[] {
  return directory === "/run/systemd/system" ? [KEPT_UNITS, directory] : [directory];
}

/** Returns the directories in which no unit should have a file. */
export function otherPlaces(directory: UnitDirectory): readonly string[] {
  const own = placesOf(directory);
  return PLACES.filter((place) => !own.includes(place));
}

/** The directory of the links to units that start at boot. */
export function wantsIn(place: string): string {
  return `${place}/multi-user.target.wants`;
}

/** The directory of the drop-ins that runs write. */
export function ownDropInDirectory(place: string, name: UnitName): string {
  return `${place}/${name}.d`;
}

/** Returns the names of all units that have a file, also of those of which only the copy is left. */
export function unitFileNames(): readonly UnitName[] {
  return [...new Set(PLACES.flatMap(unitNamesIn))];
}

/** Returns the names of units in a directory. */
export function unitNamesIn(place: string): readonly UnitName[] {
  return list(place)
    .map(asUnitName)
    .filter((name) => name !== undefined);
}

/** Returns the text of the file that systemd reads for a unit; undefined when it is none or no regular file. */
export function readUnitText(name: UnitName): string | undefined {
  const directory = UNIT_DIRECTORIES.find((each) => exists(join(each, name)));
  return directory === undefined ? undefined : readRegular(join(directory, name));
}

/**
 * Returns the text that says whose a unit is: without a file it is that of the copy. A run that was killed, or had no space in
 * /run, leaves a copy alone, and a boot would bring it back after the end of its pod.
 */
export function readOwnerText(name: UnitName, text: string | undefined): string {
  return text ?? readRegular(join(KEPT_UNITS, name)) ?? "";
}

/** The names of files and links of units in one directory. */
interface Place {
  readonly files: ReadonlySet<string>;
  readonly links: ReadonlySet<string>;
}

/** Returns what tells for a unit whether it has a link, and whether any of its files is misplaced (`ActualUnit`). */
export function readPlaces(directory: UnitDirectory): (name: UnitName) => { linked: boolean; misplaced: boolean } {
  const read = (place: string): Place => ({ files: new Set(list(place)), links: new Set(list(wantsIn(place))) });
  const [first, ...copies] = placesOf(directory).map(read) as [Place, ...Place[]];
  const others = otherPlaces(directory).map(read);
  return (name) => {
    const linked = [first, ...copies, ...others].some(({ links }) => links.has(name));
    const isAway = others.some(({ files, links }) => files.has(name) || links.has(name));
    const differs = ({ files, links }: Place) =>
      files.has(name) !== first.files.has(name) || links.has(name) !== first.links.has(name);
    return { linked, misplaced: isAway || copies.some(differs) };
  };
}
