import { chmodSync, mkdirSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../model/host/config.ts";
import type { ActualUnit, UnitName } from "../../model/unit.ts";
import { readIdentity } from "../../unitfile/identity.ts";
import { asUnitName } from "../../unitfile/names.ts";
import { exists, ignoreMissing, list, readRegular, remove, writeAtomic } from "../files.ts";
import type { Listing } from "./systemd.ts";

export const UNIT_DIRECTORY = "/etc/systemd/system";
export const WANTS_DIRECTORY = `${UNIT_DIRECTORY}/multi-user.target.wants`;
export const INVOCATION_DIRECTORY = "/run/systemd/units";
/** Where drop-ins for one unit may lie. */
export const DROP_IN_DIRECTORIES = [
  UNIT_DIRECTORY,
  "/run/systemd/system",
  "/etc/systemd/system.control",
  "/run/systemd/system.control",
];

/** Every unit that may be ours, by its file, by systemd's word, or by both. */
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
  // Those that are to be kept are as if they were not there.
  const dropIns = ofDropIns === "keep" ? new Map<UnitName, string[]>() : readDropIns();
  const names = [...new Set([...files, ...loaded])].toSorted();
  return new Map(
    names.map((name) => {
      // An empty one is what a power failure leaves of a new file.
      const text = readRegular(join(UNIT_DIRECTORY, name)) || undefined;
      const identity = text === undefined ? undefined : readIdentity(text);
      const state = listing.get(name);
      const invocation = invocations.get(name);
      const unit = { name, dropIns: dropIns.get(name) ?? [], linked: links.has(name) };
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

/** The invocation of each unit that runs now: a link per unit that systemd keeps for journald, far cheaper than D-Bus. */
export function readInvocations(): ReadonlyMap<string, string> {
  const prefix = "invocation:";
  // Not the agent's own: a run that sees itself would find something new each time.
  const ours = list(INVOCATION_DIRECTORY).filter((name) => name.startsWith(`${prefix}unitlet.`));
  return new Map(
    ours.flatMap((name) => {
      const id = ignoreMissing(() => readlinkSync(join(INVOCATION_DIRECTORY, name)));
      return id === undefined ? [] : [[name.slice(prefix.length), id]];
    }),
  );
}

function readDropIns(): ReadonlyMap<UnitName, string[]> {
  const found = new Map<UnitName, string[]>();
  for (const directory of DROP_IN_DIRECTORIES) {
    for (const entry of list(directory)) {
      const name = entry.endsWith(".d") ? asUnitName(entry.slice(0, -2)) : undefined;
      if (name === undefined) continue;
      const paths = list(join(directory, entry)).map((file) => join(directory, entry, file));
      found.set(name, [...(found.get(name) ?? []), ...paths]);
    }
  }
  return found;
}

/** Unit files hold no secrets, so anyone may read them, as systemd expects. */
export function writeUnit(name: UnitName, text: string, dropIns: readonly string[]): void {
  for (const path of dropIns) remove(path);
  if (dropIns.length > 0) removeDropInDirectories(name);
  writeAtomic(join(UNIT_DIRECTORY, name), text, 0o644);
}

export function removeUnit(name: UnitName): void {
  unlinkUnit(name);
  removeDropInDirectories(name);
  remove(join(UNIT_DIRECTORY, name));
}

function removeDropInDirectories(name: UnitName): void {
  for (const directory of DROP_IN_DIRECTORIES) remove(join(directory, `${name}.d`));
}

/** Started with the host: systemd reads the link at boot, so no reload is needed. */
export function linkUnit(name: UnitName): void {
  if (!exists(WANTS_DIRECTORY)) {
    mkdirSync(WANTS_DIRECTORY);
    // Our umask is not for what everybody may read.
    chmodSync(WANTS_DIRECTORY, 0o755);
  }
  const link = join(WANTS_DIRECTORY, name);
  if (!exists(link)) symlinkSync(`../${name}`, link);
}

export function unlinkUnit(name: UnitName): void {
  remove(join(WANTS_DIRECTORY, name));
}
