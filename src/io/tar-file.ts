import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, fstatSync, fsyncSync, lstatSync, openSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ignoreMissing } from "./files.ts";

const INTERVAL_MS = 250;

/** The keyboard has ended the work. */
export class Interrupted extends Error {}

/** Called with the number of bytes that are written, several times a second. */
export type Tell = (bytes: number) => void;

/**
 * Writes a tar file with mode 0600, completely or not at all. `words` are options of tar and what it packs. Its directory may belong
 * to another user, so no link there is followed. Throws an error, also when `file` exists and is no regular file, and Interrupted
 * after an interrupt from the keyboard.
 */
export async function writeTar(file: string, words: readonly string[], tell: Tell): Promise<void> {
  const path = resolve(file);
  // A rename would replace a device, or the link /dev/stdout of all programs.
  if (ignoreMissing(() => lstatSync(path))?.isFile() === false)
    throw new Error("it is no regular file: name a file, which is replaced if it exists");
  const partial = join(dirname(path), `.${basename(path)}.partial`);
  rmSync(partial, { force: true });
  const to = openSync(partial, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    await runTar(["--create", "--file=-", ...words], to, tell);
    fsyncSync(to);
    renameSync(partial, path);
  } finally {
    closeSync(to);
    rmSync(partial, { force: true });
  }
}

/** Throws an error with the first line of tar's message. */
async function runTar(words: readonly string[], to: number, tell: Tell): Promise<void> {
  const child = spawn("tar", words, { stdio: ["ignore", to, "pipe"] });
  let message = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    message += chunk;
  });
  let isInterrupted = false;
  const onInterrupt = () => {
    isInterrupted = true;
    child.kill();
  };
  process.on("SIGINT", onInterrupt);
  const timer = setInterval(() => tell(fstatSync(to).size), INTERVAL_MS);
  try {
    const [status] = await once(child, "close");
    if (isInterrupted) throw new Interrupted("interrupted");
    if (status !== 0) throw new Error(message.split("\n")[0] || `tar has ended with ${status}`);
  } finally {
    clearInterval(timer);
    process.off("SIGINT", onInterrupt);
  }
}
