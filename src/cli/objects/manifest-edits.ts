import { lstatSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { loadSchema } from "../../io/bundles/loaders.ts";
import { exists, remove, writeAtomic } from "../../io/files.ts";
import type { StoredObject } from "../../io/schema/stored-objects.ts";
import { CliError } from "../failure.ts";
import { withDocument, withoutDocument } from "./edit-document.ts";

/** Permissions of a new file: manifests may have passwords. */
const PRIVATE = 0o600;

/** Returns the name of the file of an object that has no file yet. No namespace and no kind has a dot. */
export function fileNameOf({ namespace, kind, name }: StoredObject): string {
  return `${namespace}.${kind.toLowerCase()}.${name}.yaml`;
}

/** Returns the text of an object for a file: as it was written, or made of an item of a List or of an object with another namespace. */
export async function textOf(object: StoredObject, isChanged: boolean): Promise<string> {
  if (!object.place.isItem && !isChanged) return object.place.text.replace(/^---[ \t]*\n/, "");
  const { formatYaml } = await loadSchema();
  return formatYaml(object.value);
}

/** Writes an object that the directory lacks. Throws CliError when its file exists. */
export function addFile(directory: string, object: StoredObject, text: string): void {
  const path = join(directory, fileNameOf(object));
  if (exists(path)) throw new CliError(`error: ${path} exists and has another object or a mistake: edit or remove it`);
  writeAtomic(path, text.endsWith("\n") ? text : `${text}\n`, PRIVATE);
}

/** Puts the text in the place of an object of the directory. Throws CliError for a place that must be edited by hand. */
export function replaceIn(stored: StoredObject, text: string): void {
  const { file, documents } = stored.place;
  const before = editable(stored);
  // The whole file is that of unitlet apply.
  const isOwn = documents === 1 && basename(file) === fileNameOf(stored);
  const next = isOwn ? text : withDocument(before, stored.place, text);
  writeAtomic(file, next.endsWith("\n") ? next : `${next}\n`, modeOf(file, stored));
}

/** Removes an object of the directory, and its file when nothing else is in it. Throws CliError as `replaceIn` does. */
export function removeFrom(stored: StoredObject): void {
  const { file } = stored.place;
  const rest = withoutDocument(editable(stored), stored.place);
  if (rest === undefined) remove(file);
  else writeAtomic(file, rest, modeOf(file, stored));
}

/** Returns the text of the file of an object. Throws CliError when it must be edited by hand. */
export function editable({ kind, name, place: { file, isItem } }: StoredObject): string {
  const what = `${kind.toLowerCase()}/${name}`;
  if (isItem) throw new CliError(`error: ${what} is an item of a List in ${file}: edit that file`);
  if (lstatSync(file).isSymbolicLink())
    throw new CliError(`error: ${what} is in ${file}, which is a link: edit the file that it leads to`);
  const bytes = readFileSync(file);
  // Offsets are those of the text without it.
  if ([0xef, 0xfe, 0xff].includes(bytes[0] ?? 0))
    throw new CliError(
      `error: ${what} is in ${file}, which begins with a byte order mark: remove the mark, or edit that file`,
    );
  return bytes.toString("utf8");
}

/** No other user may read a Secret. */
function modeOf(file: string, { kind }: StoredObject): number {
  return kind === "Secret" ? PRIVATE : lstatSync(file).mode & 0o777;
}
