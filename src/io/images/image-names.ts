import { join } from "node:path";
import { IMAGES } from "../../model/image/image.ts";
import type { OciReference } from "../../model/image/image-reference.ts";
import { imageKey } from "../../unitfile/image-names.ts";
import { readOptional, writeAtomic } from "../files.ts";
import { readPullRequest } from "./images.ts";

const pathOf = (reference: OciReference) => join(IMAGES, "refs", imageKey(reference));

/** Gives the image of one name another name as well, with the same access. Returns false unless it has this digest. */
export function nameImage(from: OciReference, to: OciReference, digest: string): boolean {
  if (readPullRequest(pathOf(from))?.get("digest") !== digest) return false;
  const text = readOptional(pathOf(from)) ?? "";
  writeAtomic(pathOf(to), text.replace(/^name .*$/m, `name ${to.name}`), 0o600);
  return true;
}
