import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { IMAGES } from "../../model/image/image.ts";

/** A registry must not fill the memory. Real manifests have some kilobytes. */
const MAX_BYTES = 10_000_000;

/**
 * Returns the digest of the manifest that a fetch has left. Its process, which may have been under the control of a registry, has
 * ended. Throws when there is no regular file of a sensible size.
 */
export function fetchedDigest(key: string): string {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = openSync(join(IMAGES, "tmp", key, "fetch/manifest"), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > MAX_BYTES) throw new Error("the registry has sent no manifest");
    return `sha256:${createHash("sha256").update(readFileSync(file)).digest("hex")}`;
  } finally {
    closeSync(file);
  }
}
