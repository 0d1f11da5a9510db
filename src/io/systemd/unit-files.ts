import { chmodSync, mkdirSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../model/host/config.ts";
import type { ActualUnit, UnitName } from "../../model/unit.ts";
import { readIdentity } from "../../unitfile/identity.ts";
import { asUnitName } from "../../unitfile/names.ts";
import { exists, ignoreMissing, list, readRegular, remove, writeAtomic } from "../files.ts";
import type { Listing } from "./systemd.ts";
import { isMask, masksAmong, ownDropInDirectory, writeMasks } from "./type-drop-ins.ts";

/** The directory of the unit files of pods. */
export const UNIT_DIRECTORY = "/etc/systemd/system";
/** The directory of the links to units that start at boot. */
export const WANTS_DIRECTORY = `${UNIT_DIRECTORY}/multi-user.target.wants`;
/** The directory of systemd's links from running units to their invocation IDs. */
export const INVOCATION_DIRECTORY = "/run/systemd/units";
/**
 * The directories in which a file of the unit's name takes precedence over the one in UNIT_DIRECTORY (systemd.unit(5),
 * Unit File Load Path). `systemctl set-property` and `edit --runtime` write there.
 */
const STRONGER_DIRECTORIES = [
  "/etc/systemd/system.control",
  "/run/systemd/system.control",
  "/run/systemd/transient",
  "/run/systemd/generator.early",
];
/** The directories of the files of packages and programs. They rarely change, and have hundreds of units of others. */
export const SHARED_DIRECTORIES = [
  "/etc/systemd/system.attached",
  "/run/systemd/system.attached",
  "/run/systemd/generator",
  "/run/systemd/generator.late",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
];
/** The directories in which an administrator gives a unit drop-ins. */
export const DROP_IN_DIRECTORIES = [UNIT_DIRECTORY, "/run/systemd/system", ...STRONGER_DIRECTORIES];
/** What follows the unit's name in the name of a directory with settings of the unit. */
const SETTINGS = /[.](?:d|wants|requires|upholds)$/;

/**
 * Returns every unit of unitlet that has a file, is known to systemd, or both. With `ofDropIns` "keep", drop-ins are left out.
 */
export function readUnits(
  listing: Listing,
  ofDropIns: Config["dropIns"] = "remove",
): ReadonlyMap<UnitName, ActualUnit> {
  const files = new Set(unitNames(list(UNIT_DIRECTORY)));
  const loaded = unitNames(
    [...listing].filter(([, { load, active }]) => load !== "not-found" || active !== "inactive").map(([name]) => name),
  );
  const links = new Set(list(WANTS_DIRECTORY));
  const invocations = readInvocations();
  // Drop-ins that are to be kept must not count as drift.
  const dropIns = ofDropIns === "keep" ? new Map<UnitName, string[]>() : readDropIns();
  const names = [...new Set([...files, ...loaded])].toSorted();
  return new Map(
    names.map((name) => {
      // A power failure leaves an empty file instead of a new one.
      const text = readRegular(join(UNIT_DIRECTORY, name)) || undefined;
      const identity = text === undefined ? undefined : readIdentity(text);
      const state = listing.get(name);
      const invocation = invocations.get(name);
      const paths = dropIns.get(name) ?? [];
      const masks = masksAmong(paths, ownDropInDirectory(name));
      const edits = masks.length === 0 ? paths : paths.filter((path) => !isMask(path));
      const unit = { name, dropIns: edits, ...(masks.length > 0 && { masks }), linked: links.has(name) };
      return [
        name,
        {
          ...unit,
          ...(text === undefined ? {} : { text }),
          ...(identity ? { identity } : {}),
          ...(state ? { state } : {}),
          ...(invocation ? { invocation } : {}),
        },
      ];
    }),
  );
}

function unitNames(names: readonly string[]): UnitName[] {
  return names.map(asUnitName).filter((name) => name !== undefined);
}

/**
 * Returns the invocation ID of each running unit, from the links that systemd creates for journald. This is cheaper than D-Bus.
 */
export function readInvocations(): ReadonlyMap<string, string> {
  const prefix = "invocation:";
  // The agent's own units are left out, because each run would change the result.
  const ours = list(INVOCATION_DIRECTORY).filter((name) => name.startsWith(`${prefix}unitlet.`));
  return new Map(
    ours.flatMap((name) => {
      const id = ignoreMissing(() => readlinkSync(join(INVOCATION_DIRECTORY, name)));
      return id === undefined ? [] : [[name.slice(prefix.length), id]];
    }),
  );
}

/** Returns the paths of all that changes what the unit's own file says: drop-ins, dependencies, files that precede it. */
function readDropIns(): ReadonlyMap<UnitName, string[]> {
  const found = new Map<UnitName, string[]>();
  for (const directory of [...DROP_IN_DIRECTORIES, ...SHARED_DIRECTORIES]) {
    for (const entry of list(directory)) {
      const name = settingsOf(entry, directory);
      if (name === undefined) continue;
      const path = join(directory, entry);
      const paths = SETTINGS.test(entry) ? list(path).map((file) => join(path, file)) : [path];
      found.set(name, [...(found.get(name) ?? []), ...paths]);
    }
  }
  return found;
}

/** Returns the unit that an entry of a directory changes; undefined when it changes none of ours. */
export function settingsOf(entry: string, directory: string): UnitName | undefined {
  if (SETTINGS.test(entry)) return asUnitName(entry.replace(SETTINGS, ""));
  return STRONGER_DIRECTORIES.includes(directory) ? asUnitName(entry) : undefined;
}

export interface WrittenUnit {
  readonly text: string;
  /** The paths of drop-ins to remove. */
  readonly dropIns: readonly string[];
  /** The names of drop-ins to mask; undefined: its masks stay as they are. */
  readonly masks?: readonly string[];
}

/** Writes a unit file with mode 0644, because it holds no secrets, and removes the unit's drop-ins. */
export function writeUnit(name: UnitName, { text, dropIns, masks }: WrittenUnit): void {
  for (const path of dropIns) remove(path);
  if (dropIns.length > 0) removeDropInDirectories(name);
  if (masks !== undefined) writeMasks(ownDropInDirectory(name), masks);
  writeAtomic(join(UNIT_DIRECTORY, name), text, 0o644);
}

/** Removes a unit file, its drop-ins and its link. */
export function removeUnit(name: UnitName): void {
  unlinkUnit(name);
  removeDropInDirectories(name);
  for (const directory of [UNIT_DIRECTORY, ...STRONGER_DIRECTORIES]) remove(join(directory, name));
}

function removeDropInDirectories(name: UnitName): void {
  for (const directory of [...DROP_IN_DIRECTORIES, ...SHARED_DIRECTORIES])
    for (const suffix of ["d", "wants", "requires", "upholds"]) remove(join(directory, `${name}.${suffix}`));
}

/** Enables a unit for the next boot. systemd reads the link then, so no reload is needed. */
export function linkUnit(name: UnitName): void {
  if (!exists(WANTS_DIRECTORY)) {
    mkdirSync(WANTS_DIRECTORY);
    // The umask of a run would take the right to read from other users.
    chmodSync(WANTS_DIRECTORY, 0o755);
  }
  const link = join(WANTS_DIRECTORY, name);
  if (!exists(link)) symlinkSync(`../${name}`, link);
}

/** Disables a unit for the next boot. */
export function unlinkUnit(name: UnitName): void {
  remove(join(WANTS_DIRECTORY, name));
}
