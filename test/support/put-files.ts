import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Machine } from "./machine.ts";

/** Copies the files that `write` makes in a temporary directory into a directory of the machine, with owners and modes. */
export async function putFiles(
  machine: Machine,
  path: string,
  write: (directory: string) => Promise<void> | void,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "unitlet-put-"));
  try {
    await write(directory);
    await machine.put(directory, path);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Copies what an installation reads of a clone, and the project's Node, into a directory of the machine. */
export function putClone(machine: Machine, path: string): Promise<void> {
  return putFiles(machine, path, async (directory) => {
    for (const part of ["install.sh", "units", "dist"]) await cp(part, `${directory}/${part}`, { recursive: true });
    await cp(process.execPath, `${directory}/dist/node`);
  });
}
