import { dirname, join } from "node:path";
import type { Journal } from "../../model/host/journal.ts";
import { KEPT_UNITS } from "../../model/paths.ts";
import { DEFAULT_UNIT_DIRECTORY, UNIT_DIRECTORIES, type UnitDirectory } from "../../model/unit-directory.ts";
import { exists, list, modifiedAt, readOptional, readRegular, remove, writeAtomic } from "../files.ts";

const SETTINGS_DIRS = ["/etc/systemd", "/run/systemd"];
/** journald reads the file in /etc, and in both directories those with `.d` (journald.conf(5)). */
const SETTINGS = /^journald@unitlet\.([a-z0-9-]+)\.conf(?:\.d)?$/;

/** Where journald keeps persistent and volatile journals, in directories `MACHINE_ID.unitlet.NAMESPACE`. */
const JOURNAL_DIRS = ["/var/log/journal", "/run/log/journal"];
const JOURNAL_DIR = /^[0-9a-f]{32}\.unitlet\.([a-z0-9-]+)$/;

/**
 * Returns the journals of containers, and those that have settings but no files, by Kubernetes namespace. Settings count
 * only where they belong when the units of pods are in `directory`.
 */
export function readJournals(directory = DEFAULT_UNIT_DIRECTORY): ReadonlyMap<string, Journal> {
  const journals = new Map<string, Journal>();
  const add = (namespace: string, found: Journal) => journals.set(namespace, { ...journals.get(namespace), ...found });
  for (const namespace of namespacesWithSettings()) {
    const settings = readOptional(settingsPath(namespace, directory));
    add(namespace, settings === undefined ? {} : { settings });
  }
  for (const { namespace, path } of journalDirectories()) {
    // A directory without files counts as written when it was made.
    const writtenAt = modifiedAt(join(path, "system.journal")) ?? modifiedAt(path);
    if (writtenAt !== undefined) add(namespace, { writtenAt });
  }
  return journals;
}

/** Returns the namespaces with settings of a run. Those that an administrator has for a journald do not count. */
function namespacesWithSettings(): readonly string[] {
  const found = new Set(SETTINGS_DIRS.flatMap(list).map((name) => SETTINGS.exec(name)?.[1] ?? ""));
  return [...found].filter((namespace) => UNIT_DIRECTORIES.some((each) => exists(settingsPath(namespace, each))));
}

function journalDirectories(): { readonly namespace: string; readonly path: string }[] {
  return JOURNAL_DIRS.flatMap((parent) =>
    list(parent).flatMap((name) => {
      const namespace = JOURNAL_DIR.exec(name)?.[1];
      return namespace === undefined ? [] : [{ namespace, path: join(parent, name) }];
    }),
  );
}

/**
 * Writes the settings of a journal below /run or /etc. The journald of this namespace reads them when it starts. Those below /run
 * have a copy for the next boot, like the units.
 */
export function writeJournalSettings(namespace: string, text: string, directory = DEFAULT_UNIT_DIRECTORY): void {
  if (directory === "/run/systemd/system") writeAtomic(copyOf(namespace), text, 0o644);
  else remove(copyOf(namespace));
  writeAtomic(settingsPath(namespace, directory), text, 0o644);
  const others = UNIT_DIRECTORIES.filter((other) => other !== directory);
  for (const other of others) removeSettings(namespace, other);
}

/** Removes the files and settings of a journal whose containers are gone. */
export function removeJournal(namespace: string): void {
  for (const { path } of journalDirectories().filter((each) => each.namespace === namespace)) remove(path);
  remove(copyOf(namespace));
  for (const directory of UNIT_DIRECTORIES) removeSettings(namespace, directory);
}

/**
 * Puts the copies of settings back below /run after a boot: while the API server does not answer, no run writes any, and a journal
 * would have no limit until its journald restarts.
 */
export function restoreJournalSettings(): void {
  for (const name of list(KEPT_UNITS)) {
    const namespace = SETTINGS.exec(name)?.[1];
    if (namespace === undefined || UNIT_DIRECTORIES.some((each) => exists(settingsPath(namespace, each)))) continue;
    const text = readRegular(copyOf(namespace));
    if (text) writeAtomic(settingsPath(namespace, "/run/systemd/system"), text, 0o644);
  }
}

function copyOf(namespace: string): string {
  return join(KEPT_UNITS, `journald@unitlet.${namespace}.conf`);
}

function settingsPath(namespace: string, directory: UnitDirectory): string {
  const name = `journald@unitlet.${namespace}.conf`;
  return directory === "/run/systemd/system" ? `/run/systemd/${name}.d/10-unitlet.conf` : `/etc/systemd/${name}`;
}

function removeSettings(namespace: string, directory: UnitDirectory): void {
  const path = settingsPath(namespace, directory);
  remove(path);
  // An administrator may have other files there.
  if (path.startsWith("/run/") && list(dirname(path)).length === 0) remove(dirname(path));
}
