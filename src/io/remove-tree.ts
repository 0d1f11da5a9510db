import { lstatSync, opendirSync, rmdirSync, rmSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { ignoreMissing } from "./files.ts";

/** Longest path that is gone into; what lies deeper is removed at once, by who knows how to get there. */
const BUDGET_MS = 3000;

/** Removes a file or directory with all that is in it, until it is late. Links are not followed. False: something is left. */
export function removeTree(path: string, isLate: () => boolean): boolean {
  const stat = ignoreMissing(() => lstatSync(path));
  if (stat === undefined) return true;
  if (!stat.isDirectory() || path.length > BUDGET_MS) {
    if (stat.isDirectory()) rmSync(path, { recursive: true, force: true });
    else ignoreMissing(() => unlinkSync(path));
    return true;
  }
  // Not readdir(3) as a whole: a directory may have more names than a run has memory.
  const directory = opendirSync(path, { bufferSize: 1000 });
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync())
      if (isLate() || !removeTree(join(path, entry.name), isLate)) return false;
  } finally {
    directory.closeSync();
  }
  rmdirSync(path);
  return true;
}
