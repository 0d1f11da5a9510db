import { join } from "node:path";
import type { Journal } from "../../model/host/journal.ts";
import { list, modifiedAt, readOptional, remove, writeAtomic } from "../files.ts";

const SETTINGS_DIR = "/etc/systemd";
const SETTINGS_FILE = /^journald@unitlet\.([a-z0-9-]+)\.conf$/;

/** Where journald keeps persistent and volatile journals, in directories `MACHINE_ID.unitlet.NAMESPACE`. */
const JOURNAL_DIRS = ["/var/log/journal", "/run/log/journal"];
const JOURNAL_DIR = /^[0-9a-f]{32}\.unitlet\.([a-z0-9-]+)$/;

/** Returns the journals of containers, and those that have settings but no files, by Kubernetes namespace. */
export function readJournals(): ReadonlyMap<string, Journal> {
  const journals = new Map<string, Journal>();
  const add = (namespace: string, found: Journal) => journals.set(namespace, { ...journals.get(namespace), ...found });
  for (const name of list(SETTINGS_DIR)) {
    const namespace = SETTINGS_FILE.exec(name)?.[1];
    const settings = namespace === undefined ? undefined : readOptional(join(SETTINGS_DIR, name));
    if (namespace !== undefined && settings !== undefined) add(namespace, { settings });
  }
  for (const { namespace, path } of journalDirectories()) {
    // A directory without files counts as written when it was made.
    const writtenAt = modifiedAt(join(path, "system.journal")) ?? modifiedAt(path);
    if (writtenAt !== undefined) add(namespace, { writtenAt });
  }
  return journals;
}

function journalDirectories(): { readonly namespace: string; readonly path: string }[] {
  return JOURNAL_DIRS.flatMap((parent) =>
    list(parent).flatMap((name) => {
      const namespace = JOURNAL_DIR.exec(name)?.[1];
      return namespace === undefined ? [] : [{ namespace, path: join(parent, name) }];
    }),
  );
}

/** Writes the settings of a journal. The journald of this namespace reads them when it starts. */
export function writeJournalSettings(namespace: string, text: string): void {
  writeAtomic(settingsPath(namespace), text, 0o644);
}

/** Removes the files and settings of a journal whose containers are gone. */
export function removeJournal(namespace: string): void {
  for (const { path } of journalDirectories().filter((each) => each.namespace === namespace)) remove(path);
  remove(settingsPath(namespace));
}

function settingsPath(namespace: string): string {
  return join(SETTINGS_DIR, `journald@unitlet.${namespace}.conf`);
}
