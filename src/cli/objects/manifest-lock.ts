import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { CliError } from "../failure.ts";

/**
 * Calls `edit` while no other command of unitlet edits the directory of manifests: an edit that reads a file before another one
 * writes it would undo that one. The directory itself is locked, and created with mode 0700. Throws CliError.
 */
export async function withManifestLock<T>(directory: string, edit: () => Promise<T>): Promise<T> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // The standard input of cat ends with this process, however it ends.
  const holder = spawn("flock", [directory, "sh", "-c", "echo; exec cat"], { stdio: ["pipe", "pipe", "ignore"] });
  const fail = (because: string) => new CliError(`error: ${directory} cannot be locked: ${because}`);
  try {
    await new Promise<void>((resolve, reject) => {
      holder.stdout.once("data", () => resolve());
      holder.once("error", ({ message }) => reject(fail(message)));
      holder.once("exit", (status) => reject(fail(`flock has ended with status ${status}`)));
    });
    return await edit();
  } finally {
    holder.stdin.on("error", () => undefined).end();
  }
}
