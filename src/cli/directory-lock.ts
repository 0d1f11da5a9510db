import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { CliError } from "./failure.ts";

/**
 * Calls `work` while no other command of unitlet works in the directory: a command that reads a file before another one
 * writes it would undo that. The directory itself is locked, and created with mode 0700. Throws CliError.
 */
export async function withDirectoryLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
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
    return await work();
  } finally {
    holder.stdin.on("error", () => undefined).end();
  }
}
