import { shownImage } from "../model/shown-image.ts";
import { digest } from "./hash.ts";

/**
 * Tells one image's name from every other, and is good for a file and for an instance of a unit. So many digits that nobody
 * finds a name of his own with the key of another's: its pods would run on his files.
 */
export function imageKey(name: string): string {
  const shown = shownImage(name).replace(/#.*/, "");
  const last = shown.slice(shown.lastIndexOf("/") + 1).replace(/@sha256:([0-9a-f]{12}).*/, "_$1");
  return `${last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .slice(0, 60)}_${digest(name, 32)}`;
}

/** The unit that pulls it. */
export const imageUnit = (key: string) => `unitlet-image@${key}.service`;

/** Undefined for any other unit. */
export function pulledBy(unit: string): string | undefined {
  return /^unitlet-image@([a-z0-9_]+)\.service$/.exec(unit)?.[1];
}
