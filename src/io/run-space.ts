import { statfsSync } from "node:fs";

/**
 * The part of /run, and of its inodes, that large files of pods leave free, and the part that small ones leave. Without any
 * space neither systemd nor a run could do anything, for any pod. A pod of small files still starts when others have filled
 * the rest.
 */
const RESERVED = { large: 0.25, small: 0.1 } as const;
const SMALL_BYTES = 64 * 1024;

/** Throws when these files of a pod, given by their lengths in bytes, would leave too little of /run. */
export function checkRunSpace(lengths: readonly number[]): void {
  const { blocks, bavail, bsize, files: inodes, ffree } = statfsSync("/run");
  // A file takes whole pages.
  const needed = lengths.reduce((sum, length) => sum + Math.max(1, Math.ceil(length / bsize)), 0);
  const reserved = RESERVED[needed * bsize > SMALL_BYTES ? "large" : "small"];
  const isFull = bavail - needed < blocks * reserved || (inodes > 0 && ffree - lengths.length < inodes * reserved);
  if (isFull)
    throw new Error(
      "too little of /run would be left for other pods: free space there, or use fewer or smaller ConfigMaps and Secrets",
    );
}
