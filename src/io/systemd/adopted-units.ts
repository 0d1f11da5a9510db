import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ActualUnit, UnitName } from "../../model/unit.ts";
import { DEFAULT_UNIT_DIRECTORY, UNIT_DIRECTORIES, type UnitDirectory } from "../../model/unit-directory.ts";
import { readIdentity } from "../../unitfile/identity.ts";
import { ADOPTION_DROP_IN, asAdoptedName } from "../../unitfile/names.ts";
import { exists, ignoreMissing, list, readRegular, remove, writeAtomic } from "../files.ts";
import { invocationLink, runningInvocation } from "./invocations.ts";
import type { Listing } from "./systemd.ts";

/** Returns the path of the drop-in by which a pod adopts a unit. */
export function adoptionPath(directory: string, name: string): string {
  return join(directory, `${name}.d`, ADOPTION_DROP_IN);
}

/** Returns the names of the host's units that have the drop-in of a pod. */
export function adoptedNames(): readonly UnitName[] {
  const found = UNIT_DIRECTORIES.flatMap((directory) =>
    list(directory).flatMap((entry) => {
      const name = entry.endsWith(".d") ? asAdoptedName(entry.slice(0, -".d".length)) : undefined;
      return name !== undefined && exists(adoptionPath(directory, name)) ? [name] : [];
    }),
  );
  return [...new Set(found)].toSorted();
}

/** Returns the text of the drop-in that systemd reads; undefined: no pod has adopted the unit. */
export function readAdoption(name: string): string | undefined {
  for (const directory of UNIT_DIRECTORIES) {
    const text = readRegular(adoptionPath(directory, name));
    if (text !== undefined) return text;
  }
  return undefined;
}

/**
 * Returns the units that pods have adopted. Without a readable owner a unit has no state, so that nothing takes it for
 * the unit of a pod.
 */
export function readAdoptedUnits(
  listing: Listing,
  directory: UnitDirectory,
): readonly (readonly [UnitName, ActualUnit])[] {
  return adoptedNames().map((name) => {
    const text = readAdoption(name) || undefined;
    const identity = readIdentity(text ?? "");
    const unit: ActualUnit = { name, dropIns: [], linked: false, ...(text !== undefined && { text }) };
    if (identity?.cgroup === undefined) return [name, unit];
    const state = listing.get(name);
    const isMisplaced = UNIT_DIRECTORIES.some((each) => (each === directory) !== exists(adoptionPath(each, name)));
    return [
      name,
      { ...unit, identity, ...(state && { state }), ...(isMisplaced && { misplaced: true }), ...runOf(name) },
    ];
  });
}

/** Returns the running invocation of a unit of the host, and when it began. */
export function runOf(name: string): Pick<ActualUnit, "invocation" | "startedAt"> {
  const invocation = runningInvocation(name);
  if (invocation === undefined) return {};
  const startedAt = ignoreMissing(() => lstatSync(invocationLink(name)).mtimeMs);
  return { invocation, ...(startedAt !== undefined && { startedAt: Math.round(startedAt) }) };
}

/** Writes the drop-in of a unit of the host, and removes it from the other directory. No other file changes. */
export function writeAdoption(
  name: UnitName,
  { text, directory = DEFAULT_UNIT_DIRECTORY }: { readonly text: string; readonly directory?: UnitDirectory },
): void {
  const path = adoptionPath(directory, name);
  const directoryOfUnit = join(directory, `${name}.d`);
  if (!exists(directoryOfUnit)) {
    mkdirSync(directoryOfUnit, { recursive: true });
    // The umask of a run would take the right to read from other users.
    chmodSync(directoryOfUnit, 0o755);
  }
  writeAtomic(path, text, 0o644);
  for (const other of UNIT_DIRECTORIES) if (other !== directory) removeFrom(other, name);
}

/** Removes the drop-in. The unit itself and all its other files stay as they are. */
export function removeAdoption(name: UnitName): void {
  for (const directory of UNIT_DIRECTORIES) removeFrom(directory, name);
}

function removeFrom(directory: UnitDirectory, name: UnitName): void {
  const path = adoptionPath(directory, name);
  if (!exists(path)) return;
  remove(path);
  // An administrator may have drop-ins of his own there.
  const directoryOfUnit = join(directory, `${name}.d`);
  if (list(directoryOfUnit).length === 0) remove(directoryOfUnit);
}
