import { mkdirSync, readlinkSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { TypeDropIns } from "../../model/host/type-drop-ins.ts";
import { list, remove } from "../files.ts";

/** The types of the units of pods. */
const TYPES = ["service", "slice", "socket", "mount", "timer"] as const;

/** The directories in which an administrator or a distribution has `service.d/` and the like (systemd.unit(5)). */
const LOAD_PATH = [
  "/etc/systemd/system",
  "/run/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
];

/** The directories of drop-ins for all units of a type. */
export const TYPE_DIRECTORIES = LOAD_PATH.flatMap((directory) => TYPES.map((type) => `${directory}/${type}.d`));

const MASK = "/dev/null";

/** Returns the names of the drop-ins that systemd gives to all units of a type, such as `service.d/10-timeout-abort.conf`. */
export function readTypeDropIns(): TypeDropIns {
  return new Map(
    TYPES.map((type) => {
      const names = LOAD_PATH.flatMap((directory) => list(`${directory}/${type}.d`));
      return [type, [...new Set(names.filter((name) => name.endsWith(".conf")))].toSorted()];
    }),
  );
}

/** True for a file that keeps a drop-in of the same name, of all units of a type, from its unit. */
export function isMask(path: string): boolean {
  try {
    return readlinkSync(path) === MASK;
  } catch {
    return false;
  }
}

/** Masks exactly these drop-ins for the unit. `directory` is that of the unit's own drop-ins. */
export function writeMasks(directory: string, masks: readonly string[]): void {
  for (const name of list(directory)) if (!masks.includes(name)) remove(join(directory, name));
  if (masks.length === 0) remove(directory);
  else mkdirSync(directory, { recursive: true });
  for (const name of masks) {
    if (isMask(join(directory, name))) continue;
    remove(join(directory, name));
    symlinkSync(MASK, join(directory, name));
  }
}

/** Returns the names of a unit's masks by the paths of its drop-ins. `own` are the directories that can have them. */
export function masksAmong(paths: readonly string[], own: readonly string[]): readonly string[] {
  const masks = paths.filter((path) => own.includes(dirname(path)) && isMask(path));
  return [...new Set(masks.map((path) => basename(path)))].toSorted();
}
