import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** Returns the content of a file; undefined when there is none. Throws other errors, which end the run. */
export function readOptional(path: string): string | undefined {
  return ignoreMissing(() => readFileSync(path, "utf8"));
}

/** Returns the names in a directory, sorted; none when there is no such directory. */
export function list(path: string): readonly string[] {
  return ignoreMissing(() => readdirSync(path).toSorted()) ?? [];
}

/** Returns the content of a regular file; undefined when there is none. A link is not followed. */
export function readRegular(path: string): string | undefined {
  return ignoreMissing(() => (lstatSync(path).isFile() ? readFileSync(path, "utf8") : undefined));
}

/** True when the path exists, also as a broken link. */
export function exists(path: string): boolean {
  return ignoreMissing(() => lstatSync(path)) !== undefined;
}

/** True when the path is a directory or a link to one. False also for invalid paths, because a pod may name any text. */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Returns the modification time in milliseconds since the epoch; undefined when there is no such file. */
export function modifiedAt(path: string): number | undefined {
  return ignoreMissing(() => lstatSync(path).mtimeMs);
}

/** Returns when the file, or the file that a link leads to, was last changed in any way; undefined when there is none. */
export function changedAt(path: string): number | undefined {
  const own = ignoreMissing(() => lstatSync(path).ctimeMs);
  return own === undefined ? undefined : Math.max(own, ignoreMissing(() => statSync(path).ctimeMs) ?? 0);
}

/**
 * Writes a file completely or not at all, also when the machine stops meanwhile. Parent directories are created with mode 0700.
 * Throws the errors of the file system.
 */
export function writeAtomic(path: string, content: string | Uint8Array, mode: number, uid = 0): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = temporaryOf(path);
  const file = openSync(temporary, "w", mode);
  try {
    fchmodSync(file, mode);
    if (uid !== 0) fchownSync(file, uid, 0);
    writeFileSync(file, content);
    if (!path.startsWith("/run/")) fsyncSync(file);
  } catch (error) {
    // A half-written file would take space on a full disk.
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/**
 * Writes a new text into a file that is there, so that a process that has it open or mounted sees it; false without a file. The text
 * is written at once, with line ends in place of the rest of a longer old text, so a reader never sees half of an old line. Throws
 * other errors of the file system.
 */
export function rewriteInPlace(path: string, text: string): boolean {
  const file = ignoreMissing(() => openSync(path, constants.O_RDWR | constants.O_NOFOLLOW));
  if (file === undefined) return false;
  try {
    const bytes = Buffer.from(text);
    const rest = Math.max(0, fstatSync(file).size - bytes.length);
    writeSync(file, Buffer.concat([bytes, Buffer.alloc(rest, "\n")]), 0, bytes.length + rest, 0);
    ftruncateSync(file, bytes.length);
    return true;
  } finally {
    closeSync(file);
  }
}

/** Writes a file like `writeAtomic`, but leaves the old content when the disk or the quota is full. Throws other errors. */
export function writeBestEffort(path: string, content: string, mode: number): void {
  try {
    writeAtomic(path, content, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
  }
}

/**
 * Returns the path of the temporary file. It is no unit name, and always the same, so the next run overwrites what a killed run
 * left.
 */
function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 240)}.tmp`);
}

/** Removes a file or a whole directory, and the temporary file of a killed run. */
export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
  rmSync(temporaryOf(path), { force: true });
}

/** Returns what `read` returns; undefined when it throws ENOENT or ENOTDIR. Throws other errors. */
export function ignoreMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
