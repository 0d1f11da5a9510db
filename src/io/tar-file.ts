import { execFileSync } from "node:child_process";
import { closeSync, constants, fsyncSync, lstatSync, openSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ignoreMissing } from "./files.ts";

/**
 * Writes a tar file with mode 0600, completely or not at all. `words` are options of tar and what it packs. Its directory may belong
 * to another user, so no link there is followed. Throws an error, also when `file` exists and is no regular file.
 */
export function writeTar(file: string, words: readonly string[]): void {
  const path = resolve(file);
  // A rename would replace a device, or the link /dev/stdout of all programs.
  if (ignoreMissing(() => lstatSync(path))?.isFile() === false)
    throw new Error("it is no regular file: name a file, which is replaced if it exists");
  const partial = join(dirname(path), `.${basename(path)}.partial`);
  rmSync(partial, { force: true });
  const to = openSync(partial, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    execFileSync("tar", ["--create", "--file=-", ...words], { stdio: ["ignore", to, "pipe"] });
    fsyncSync(to);
    renameSync(partial, path);
  } finally {
    closeSync(to);
    rmSync(partial, { force: true });
  }
}
