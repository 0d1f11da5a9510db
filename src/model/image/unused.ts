import type { Instant } from "../api/time.ts";
import type { StoredTree } from "./image.ts";

/**
 * `apis/config/v1beta1/defaults.go: ImageMinimumGCAge`, v1.36. The pod for which an image was pulled may not use it
 * yet.
 */
const IMAGE_MINIMUM_GC_AGE_MS = 120_000;

/** True for an image that may be removed. `wanted` are the digests that pods are about to use. */
export function isUnused(
  { digest, users, pulledAt, isPinned }: StoredTree,
  wanted: ReadonlySet<string | undefined>,
  now: Instant,
): boolean {
  return users.length === 0 && isPinned !== true && !wanted.has(digest) && now - pulledAt >= IMAGE_MINIMUM_GC_AGE_MS;
}
