import { rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDirectory, list } from "../files.ts";

const ROOT = "/sys/fs/cgroup";
/** How often a group is tried, which a killed process leaves within milliseconds. */
const ATTEMPTS = 20;
const PAUSE_MS = 25;

/** Returns the directories of a slice in all trees: with cgroup v2 there is one, with v1 one for each controller. */
export function cgroupsOf(slice: string): readonly string[] {
  const words = slice.replace(/\.slice$/, "").split("-");
  // A dash in the name of a slice means that it lies within another one.
  const path = words.map((_, at) => `${words.slice(0, at + 1).join("-")}.slice`).join("/");
  const trees = ["", ...list(ROOT).filter((name) => !name.endsWith(".slice"))];
  return trees.map((tree) => join(ROOT, tree, path)).filter(isDirectory);
}

/** Removes empty groups with those below them, which systemd forgets with a unit that had processes left when it stopped. */
export async function removeCgroups(paths: readonly string[]): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    for (const path of paths) removeEmpty(path);
    if (!paths.some(isDirectory)) return;
    await sleep(PAUSE_MS);
  }
}

function removeEmpty(path: string): void {
  for (const name of list(path)) if (isDirectory(join(path, name))) removeEmpty(join(path, name));
  try {
    rmdirSync(path);
  } catch {
    // It has a process that is about to end, or systemd has removed it.
  }
}
