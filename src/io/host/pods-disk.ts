import { type StatsFs, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { IMAGES } from "../../model/image/image.ts";
import { STATE_DIR } from "../../model/paths.ts";
import { exists, ignoreMissing } from "../files.ts";

/** Returns the directory that has the files of pods; before the first run it is the one in which it will be made. */
export function podsDirectory(): string {
  return exists(STATE_DIR) ? STATE_DIR : dirname(STATE_DIR);
}

/** Returns the numbers of the file system that has the files of pods. It may be a disk of its own. */
export function statPodsDisk(): StatsFs {
  return statfsSync(podsDirectory());
}

/**
 * Returns the numbers of the file system that has the images; undefined when it is that of the files of pods, or when there
 * are no images.
 */
export function statImageDisk(): StatsFs | undefined {
  const device = ignoreMissing(() => statSync(IMAGES).dev);
  return device === undefined || device === statSync(podsDirectory()).dev ? undefined : statfsSync(IMAGES);
}

/** Returns a directory of each of the two file systems. */
export function diskDirectories(): { readonly pods: string; readonly images: string } {
  const pods = podsDirectory();
  return { pods, images: statImageDisk() === undefined ? pods : IMAGES };
}
