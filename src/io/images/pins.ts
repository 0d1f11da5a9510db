import { join } from "node:path";
import { IMAGES } from "../../model/image/image.ts";
import type { OciReference } from "../../model/image/image-reference.ts";
import { imageKey } from "../../unitfile/image-names.ts";
import { namesInTrial } from "../auto-update/states.ts";
import { exists, list, readOptional, remove, writeAtomic } from "../files.ts";
import { readArchiveRecords } from "./archive-records.ts";

const PINS = join(IMAGES, "pins");

const pathOf = (reference: OciReference) => join(PINS, imageKey(reference));

/**
 * Returns the names of the images that an administrator has pinned, of those of archives in the directory of archives, and of those
 * that an update of images under way may need.
 */
export function readPins(): ReadonlySet<string> {
  const own = list(PINS).map((key) => (readOptional(join(PINS, key)) ?? "").trim());
  const archived = [...readArchiveRecords().values()].flatMap(({ names }) => names);
  return new Set([...own, ...archived, ...namesInTrial()]);
}

/** Pins a name: the image that it means now and each later one are not removed as unused. */
export function pin(reference: OciReference): void {
  writeAtomic(pathOf(reference), `${reference.name}\n`, 0o600);
}

/** Ends the pin of a name. Returns false when there was none. */
export function unpin(reference: OciReference): boolean {
  const isPinned = exists(pathOf(reference));
  remove(pathOf(reference));
  return isPinned;
}
