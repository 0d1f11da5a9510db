import type { NodeStatus } from "../../model/api/node.ts";
import { packageOf } from "../../model/image/deb.ts";
import type { StoredTree } from "../../model/image/image.ts";

/** `apis/config/v1beta1/defaults.go: NodeStatusMaxImages`, v1.36. */
const MAX_IMAGES = 50;

/**
 * Returns the largest images, names with digests first (`nodestatus/setters.go: Images`, v1.36). The scheduler prefers
 * nodes that have a pod's image.
 */
export function nodeImages(trees: readonly StoredTree[]): NonNullable<NodeStatus["images"]> {
  return (
    trees
      // An image by URL is left out, because the URL may be confidential.
      .map((tree) => ({ ...tree, names: tree.names.filter((name) => !/^https?:/.test(name)) }))
      .filter(({ names }) => names.length > 0)
      .toSorted((a, b) => b.size - a.size || (a.digest < b.digest ? -1 : 1))
      .slice(0, MAX_IMAGES)
      .map(({ names, digest, size }) => ({
        names: [...new Set([...names.map((name) => withDigest(name, digest)), ...names])],
        sizeBytes: size,
      }))
  );
}

/**
 * Returns an image's name with its digest in place of the tag. The name of a package identifies it, so it has no
 * digest.
 */
function withDigest(name: string, digest: string): string {
  return packageOf(digest) ? name : `${name.replace(/@.*$|:[^:/]*$/, "")}@${digest}`;
}
