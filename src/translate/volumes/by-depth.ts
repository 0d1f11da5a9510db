/**
 * Sorts mounts so that one within another follows it, whatever the order in the pod
 * (containerd's `WithMounts`, which runtimes of the kubelet share). Mounts of one depth keep their order: the last one at
 * a target counts. `targetOf` returns a path without `.`, `..` and double slashes.
 */
export function byDepth<T>(mounts: readonly T[], targetOf: (mount: T) => string): readonly T[] {
  const deep = mounts.map((mount) => ({ mount, depth: targetOf(mount).split("/").filter(Boolean).length }));
  return deep.toSorted((a, b) => a.depth - b.depth).map(({ mount }) => mount);
}
