import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { finishedMarker, initializedMarker, lostRootMarker, podRunDir, startedMarker } from "../../model/paths.ts";
import type { Mark } from "../../model/step.ts";

/**
 * Makes a mark of a container again. It never replaces one, because container-start may have written its own since.
 * Throws other errors of the file system.
 */
export function writeMark(uid: string, container: string, mark: Mark): void {
  const path = pathOf(uid, container, mark);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (mark.name !== "started") return void create(path, "");
  // Without it, the next start would count as the first one since boot, which has no back-off.
  create(`${podRunDir(uid)}/${container}.booted`, "\n");
  if (create(path, `${mark.invocation}\n`)) utimesSync(path, mark.at / 1000, mark.at / 1000);
}

/** Returns false when the file exists already. */
function create(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function pathOf(uid: string, container: string, { name }: Mark): string {
  switch (name) {
    case "started":
      return `${podRunDir(uid)}/${container}.started`;
    case "initialized":
      return initializedMarker(uid, container);
    case "sidecar-started":
      return startedMarker(uid, container);
    case "lost-root":
      return lostRootMarker(uid, container);
    case "finished":
      return finishedMarker(uid, container);
  }
}
