import { lstatSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { loadSchema } from "../../io/bundles/loaders.ts";
import { exists, remove, writeAtomic } from "../../io/files.ts";
import type { StoredObject } from "../../io/schema/stored-objects.ts";
import { digest } from "../../unitfile/hash.ts";
import { CliError } from "../failure.ts";
import { withDocument, withoutDocument } from "./edit-document.ts";

/** Permissions of a new file: manifests may have passwords. */
const PRIVATE = 0o600;
const EXTENSION = ".yaml";
/** The longest name of a file, in bytes (NAME_MAX of Linux). */
const MAX_NAME = 255;
const DIGEST_LENGTH = 16;

/** A document of the directory, and the text that takes its place; undefined: it is removed. */
export interface Edit {
  readonly stored: StoredObject;
  readonly text?: string;
}

/** A file of the directory after a change. */
export interface ChangedFile {
  readonly path: string;
  /** Undefined: nothing is left, and the file is removed. */
  readonly text: string | undefined;
  readonly mode: number;
}

/**
 * Returns the name of the file of an object that has no file yet. No namespace and no kind has a dot. A digest ends a name that would
 * be too long.
 */
export function fileNameOf({ namespace, kind, name }: StoredObject): string {
  const whole = `${namespace}.${kind.toLowerCase()}.${name}`;
  const most = MAX_NAME - EXTENSION.length;
  if (whole.length <= most) return `${whole}${EXTENSION}`;
  return `${whole.slice(0, most - DIGEST_LENGTH - 1)}.${digest(whole, DIGEST_LENGTH)}${EXTENSION}`;
}

/** Returns the text of an object for a file: as it was written, or made of an item of a List or of an object with another namespace. */
export async function textOf(object: StoredObject, isChanged: boolean): Promise<string> {
  if (!object.place.isItem && !isChanged) return object.place.text.replace(/^---[ \t]*\r?\n/, "");
  const { formatYaml } = await loadSchema();
  return formatYaml(object.value);
}

/** Returns the file of an object that the directory lacks. Throws CliError when its file exists. */
export function newFile(directory: string, object: StoredObject, text: string): ChangedFile {
  const path = join(directory, fileNameOf(object));
  if (exists(path)) throw new CliError(`error: ${path} exists and has another object or a mistake: edit or remove it`);
  return { path, text: ended(text), mode: PRIVATE };
}

/**
 * Returns the files of the directory after changes of their documents. Each document has its place in the file as it is on the disk.
 * Throws CliError for one that must be edited by hand.
 */
export function changedFiles(edits: readonly Edit[]): readonly ChangedFile[] {
  return [...Map.groupBy(edits, ({ stored }) => stored.place.file)].map(([path, own]) => {
    const [before] = own.map(({ stored }) => editable(stored));
    const mode = own.some(({ stored }) => stored.kind === "Secret") ? PRIVATE : lstatSync(path).mode & 0o777;
    return { path, text: textAfter(before ?? "", own), mode };
  });
}

export function writeChanged({ path, text, mode }: ChangedFile): void {
  if (text === undefined) remove(path);
  else writeAtomic(path, text, mode);
}

/** The last document is edited first, because an edit moves all documents behind it. */
function textAfter(before: string, edits: readonly Edit[]): string | undefined {
  const lastFirst = edits.toSorted((a, b) => b.stored.place.offset - a.stored.place.offset);
  return lastFirst.reduce<string | undefined>((text = "", { stored, text: next }) => {
    if (next === undefined) return withoutDocument(text, stored.place);
    const edited = withDocument(text, stored.place, next);
    return isOwnFile(stored) ? ended(next) : edited;
  }, before);
}

/** True for a file that unitlet apply has made of one object: its comments are those of the object. */
function isOwnFile(stored: StoredObject): boolean {
  const { file, documents } = stored.place;
  return documents === 1 && basename(file) === fileNameOf(stored);
}

function ended(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

/** Returns the text of the file of an object. Throws CliError when it must be edited by hand. */
function editable({ kind, name, place: { file, isItem } }: StoredObject): string {
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
