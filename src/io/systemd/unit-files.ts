import { chmodSync, mkdirSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../model/host/config.ts";
import { KEPT_UNITS } from "../../model/paths.ts";
import type { ActualUnit, UnitName } from "../../model/unit.ts";
import { DEFAULT_UNIT_DIRECTORY, UNIT_DIRECTORIES, type UnitDirectory } from "../../model/unit-directory.ts";
import { readIdentity } from "../../unitfile/identity.ts";
import { asUnitName } from "../../unitfile/names.ts";
import { exists, ignoreMissing, list, remove, writeAtomic } from "../files.ts";
import { readAdoptedUnits } from "./adopted-units.ts";
import type { Listing } from "./systemd.ts";
import { isMask, masksAmong, writeMasks } from "./type-drop-ins.ts";
import {
  otherPlaces,
  ownDropInDirectory,
  placesOf,
  readOwnerText,
  readPlaces,
  readUnitText,
  unitFileNames,
  wantsIn,
} from "./unit-places.ts";

/** Where systemd remembers when a timer with `Persistent=` has elapsed. */
const TIMER_STAMPS = "/var/lib/systemd/timers";
/** The directory of systemd's links from running units to their invocation IDs. */
export const INVOCATION_DIRECTORY = "/run/systemd/units";
/** How the names of the links of pods' units begin. The agent's own units are left out, because each run would change them. */
export const OWN_INVOCATIONS = "invocation:unitlet.";
/**
 * The directories in which a file of the unit's name takes precedence over those in UNIT_DIRECTORIES (systemd.unit(5),
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
export const DROP_IN_DIRECTORIES = [...UNIT_DIRECTORIES, ...STRONGER_DIRECTORIES];
const DEFAULTS = { dropIns: "remove", unitDirectory: DEFAULT_UNIT_DIRECTORY } as const;
/** What follows the unit's name in the name of a directory with settings of the unit. */
const SETTINGS = /[.](?:d|wants|requires|upholds)$/;

/**
 * Returns every unit of unitlet that has a file or a copy, or is known to systemd. With `dropIns` "keep", drop-ins are left out.
 */
export function readUnits(
  listing: Listing,
  { dropIns: ofDropIns, unitDirectory }: Pick<Config, "dropIns" | "unitDirectory"> = DEFAULTS,
): ReadonlyMap<UnitName, ActualUnit> {
  const files = unitFileNames();
  const loaded = unitNames(
    [...listing].filter(([, { load, active }]) => load !== "not-found" || active !== "inactive").map(([name]) => name),
  );
  const placeOf = readPlaces(unitDirectory);
  const invocations = readInvocations();
  // Drop-ins that are to be kept must not count as drift.
  const dropIns = ofDropIns === "keep" ? new Map<UnitName, string[]>() : readDropIns();
  const names = [...new Set([...files, ...loaded])].toSorted();
  const own = names.map((name) => {
    // A power failure leaves an empty file instead of a new one.
    const text = readUnitText(name) || undefined;
    const identity = readIdentity(readOwnerText(name, text));
    const state = listing.get(name);
    const invocation = invocations.get(name);
    const paths = dropIns.get(name) ?? [];
    const { linked, misplaced } = placeOf(name);
    const homes = misplaced ? UNIT_DIRECTORIES : [unitDirectory];
    const masks = masksAmong(
      paths,
      homes.map((directory) => ownDropInDirectory(directory, name)),
    );
    const edits = masks.length === 0 ? paths : paths.filter((path) => !isMask(path));
    const unit = { name, dropIns: edits, ...(masks.length > 0 && { masks }), linked };
    return [
      name,
      {
        ...unit,
        ...(misplaced ? { misplaced: true as const } : {}),
        ...(text === undefined ? {} : { text }),
        ...(identity ? { identity } : {}),
        ...(state ? { state } : {}),
        ...(invocation ? { invocation } : {}),
      },
    ] as const;
  });
  return new Map<UnitName, ActualUnit>([...own, ...readAdoptedUnits(listing, unitDirectory)]);
}

function unitNames(names: readonly string[]): UnitName[] {
  return names.map(asUnitName).filter((name) => name !== undefined);
}

/**
 * Returns the invocation ID of each running unit, from the links that systemd creates for journald. This is cheaper than D-Bus.
 */
export function readInvocations(): ReadonlyMap<string, string> {
  const prefix = "invocation:";
  const ours = list(INVOCATION_DIRECTORY).filter((name) => name.startsWith(OWN_INVOCATIONS));
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
  readonly directory?: UnitDirectory;
}

/**
 * Writes a unit file with mode 0644, because it holds no secrets, and removes the unit's drop-ins. Its files in other
 * directories are removed last: until then systemd has one of them.
 */
export function writeUnit(name: UnitName, { text, dropIns, masks, directory }: WrittenUnit): void {
  const [places, others] = [
    placesOf(directory ?? DEFAULT_UNIT_DIRECTORY),
    otherPlaces(directory ?? DEFAULT_UNIT_DIRECTORY),
  ];
  for (const path of dropIns) remove(path);
  if (dropIns.length > 0) removeDropInDirectories(name);
  for (const place of places) {
    if (masks !== undefined) writeMasks(ownDropInDirectory(place, name), masks);
    writeAtomic(join(place, name), text, 0o644);
  }
  // The step that makes links comes later, and a run may be killed before it.
  if (others.some((place) => exists(join(wantsIn(place), name)))) for (const place of places) linkIn(place, name);
  for (const place of others) {
    if (masks !== undefined) writeMasks(ownDropInDirectory(place, name), []);
    remove(join(wantsIn(place), name));
    remove(join(place, name));
  }
}

/** Removes a unit file, its drop-ins and its link. A copy is removed first, so that no boot brings the unit back. */
export function removeUnit(name: UnitName): void {
  unlinkUnit(name);
  for (const path of [ownDropInDirectory(KEPT_UNITS, name), join(KEPT_UNITS, name)]) remove(path);
  removeDropInDirectories(name);
  for (const directory of [...UNIT_DIRECTORIES, ...STRONGER_DIRECTORIES]) remove(join(directory, name));
  if (name.endsWith(".timer")) remove(`${TIMER_STAMPS}/stamp-${name}`);
}

function removeDropInDirectories(name: UnitName): void {
  for (const directory of [...DROP_IN_DIRECTORIES, ...SHARED_DIRECTORIES])
    for (const suffix of ["d", "wants", "requires", "upholds"]) remove(join(directory, `${name}.${suffix}`));
}

/** Enables a unit for the next boot. systemd reads the link then, so no reload is needed. */
export function linkUnit(name: UnitName, directory = DEFAULT_UNIT_DIRECTORY): void {
  for (const place of placesOf(directory)) linkIn(place, name);
}

/** Makes the link of a unit in one directory. */
export function linkIn(place: string, name: UnitName): void {
  const wants = wantsIn(place);
  if (!exists(wants)) {
    mkdirSync(wants);
    // The umask of a run would take the right to read from other users.
    chmodSync(wants, 0o755);
  }
  const link = join(wants, name);
  if (!exists(link)) symlinkSync(`../${name}`, link);
}

/** Disables a unit for the next boot. */
export function unlinkUnit(name: UnitName): void {
  for (const place of [KEPT_UNITS, ...UNIT_DIRECTORIES]) remove(join(wantsIn(place), name));
}
