import { type StatsFs, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { STATE_DIR } from "../../model/paths.ts";
import { exists } from "../files.ts";

/** Returns the directory that has the files of pods; before the first run it is the one in which it will be made. */
export function podsDirectory(): string {
  return exists(STATE_DIR) ? STATE_DIR : dirname(STATE_DIR);
}

/** Returns the numbers of the file system that has the files of pods. It may be a disk of its own. */
export function statPodsDisk(): StatsFs {
  return statfsSync(podsDirectory());
}
