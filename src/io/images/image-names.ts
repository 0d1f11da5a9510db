import { join } from "node:path";
import { IMAGES } from "../../model/image/image.ts";
import type { OciReference } from "../../model/image/image-reference.ts";
import { imageKey } from "../../unitfile/image-names.ts";
import { isDirectory, readOptional, writeAtomic } from "../files.ts";
import { readPullRequest } from "./images.ts";

const pathOf = (reference: OciReference) => join(IMAGES, "refs", imageKey(reference));

/** Gives the image of one name another name as well, with the same access. Returns false unless it has this digest. */
export function nameImage(from: OciReference, to: OciReference, digest: string): boolean {
  if (readPullRequest(pathOf(from))?.get("digest") !== digest) return false;
  const text = readOptional(pathOf(from)) ?? "";
  writeAtomic(pathOf(to), text.replace(/^name .*$/m, `name ${to.name}`), 0o600);
  return true;
}

/**
 * Gives the files of an image a name, for pods with these credentials ("all": for all pods) besides those that may use the name
 * already. Nothing happens when the host has no such files.
 */
export function nameTree(to: OciReference, digest: string, access: string): void {
  const home = join(IMAGES, "trees", digest.replace(/^sha256:/, ""));
  if (!isDirectory(join(home, "rootfs"))) return;
  const known = readPullRequest(pathOf(to));
  const earlier = known?.get("digest") === digest ? (known.get("access") ?? "all").split(" ") : [];
  if (earlier.includes(access) || earlier.includes("all")) return;
  const allowed = access === "all" ? [access] : [access, ...earlier];
  const size = (readOptional(join(home, "size")) ?? "0").trim();
  const lines = [`name ${to.name}`, `digest ${digest}`, `checked ${known?.get("checked") ?? 0}`];
  lines.push(`access ${allowed.join(" ")}`, `size ${size}`);
  writeAtomic(pathOf(to), `${lines.join("\n")}\n`, 0o600);
}
