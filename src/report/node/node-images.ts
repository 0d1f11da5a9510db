import type { NodeStatus } from "../../model/api/node.ts";
import { packageOf } from "../../model/image/deb.ts";
import type { StoredTree } from "../../model/image/image.ts";

/** As many as the kubelet tells. */
const MAX_IMAGES = 50;

/** The largest images, by which the scheduler prefers nodes that need not pull: names with digests before those with tags. */
export function nodeImages(trees: readonly StoredTree[]): NonNullable<NodeStatus["images"]> {
  return (
    trees
      // Files that were fetched by URL are nobody's business but the node's.
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

/** A package's name says all of it. */
function withDigest(name: string, digest: string): string {
  return packageOf(digest) ? name : `${name.replace(/@.*$|:[^:/]*$/, "")}@${digest}`;
}
