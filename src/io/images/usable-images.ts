import { join } from "node:path";
import { type DesiredPull, IMAGES } from "../../model/image/image.ts";
import { list, readOptional } from "../files.ts";
import { readPullRequest } from "./images.ts";

/**
 * The images of this host that a pull may use. A digest is no secret, so a blob counts as present only for a pull that the blob's
 * registry would serve. Otherwise the manifest of another image could name the blobs of a private one.
 */
export interface UsableImages {
  /** Digests in hex of the trees of the pull's repository: its registry has to confirm them only. */
  readonly trees: readonly string[];
  /** Digests in hex of the blobs of public images, of images pulled with the same credentials, and of its repository. */
  readonly blobs: readonly string[];
}

/** Returns the images that a pull may use. Files are never among them, because their URL may be secret. */
export function usableImages({ repository, access }: Pick<DesiredPull, "repository" | "access">): UsableImages {
  const references = list(join(IMAGES, "refs")).flatMap((key) => {
    const record = readPullRequest(join(IMAGES, "refs", key));
    const hex = (record?.get("digest") ?? "").replace(/^sha256:/, "");
    const name = record?.get("name") ?? "";
    if (!isHex(hex) || name.startsWith("https://")) return [];
    return [{ hex, isOwn: isOf(repository, name), access: (record?.get("access") ?? "").split(" ") }];
  });
  const isUsable = (each: (typeof references)[number]) =>
    each.isOwn || each.access.includes("all") || (access !== undefined && each.access.includes(access));
  const usable = new Set(references.filter(isUsable).map(({ hex }) => hex));
  return {
    trees: [...new Set(references.filter(({ isOwn }) => isOwn).map(({ hex }) => hex))],
    blobs: [...new Set([...usable].flatMap(blobsOf))],
  };
}

/** True when a name is a tag or a digest of the repository; "localhost:5000/x" is none of "localhost". */
function isOf(repository: string, name: string): boolean {
  const rest = name.startsWith(repository) ? name.slice(repository.length) : "";
  return /^[:@][^/]*$/.test(rest);
}

/** Returns the blobs of a tree except its manifest, the first one: skopeo writes a manifest in place, so it must be a new file. */
function blobsOf(hex: string): readonly string[] {
  const [, ...blobs] = (readOptional(join(IMAGES, "trees", hex, "blobs.list")) ?? "").split("\n");
  return blobs.filter(isHex);
}

const isHex = (text: string) => /^[0-9a-f]{64}$/.test(text);
