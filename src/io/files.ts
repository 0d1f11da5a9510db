import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** Undefined when the file is not there. Other errors are the host's and end the run. */
export function readOptional(path: string): string | undefined {
  return ignoreMissing(() => readFileSync(path, "utf8"));
}

/** Names in a directory, sorted; none when it is not there. */
export function list(path: string): readonly string[] {
  return ignoreMissing(() => readdirSync(path).toSorted()) ?? [];
}

/** Undefined for what is missing or anything but a regular file: a link is not followed. */
export function readRegular(path: string): string | undefined {
  return ignoreMissing(() => (lstatSync(path).isFile() ? readFileSync(path, "utf8") : undefined));
}

export function exists(path: string): boolean {
  return ignoreMissing(() => lstatSync(path)) !== undefined;
}

/** False also for what can be no path at all: a pod may name anything. */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

export function modifiedAt(path: string): number | undefined {
  return ignoreMissing(() => lstatSync(path).mtimeMs);
}

/** Whole or not at all, also when the machine stops in between. Parent directories are made with mode 0700. */
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
    // Half a file takes the room that others need.
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** As writeWhole, for what may be as it was before: where there is no room, there is more to be looked after than this file. */
export function writeBestEffort(path: string, content: string, mode: number): void {
  try {
    writeAtomic(path, content, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
  }
}

/** Its name must not look like a unit's; always the same, so that what a killed run left is written over or removed. */
function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 240)}.tmp`);
}

/** A file or a whole directory, with what a killed run left of it half written. */
export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
  rmSync(temporaryOf(path), { force: true });
}

export function ignoreMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
