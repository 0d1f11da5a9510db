import { chmodSync, chownSync, closeSync, fstatSync, readdirSync } from "node:fs";
import { openIn, openPath, pathOf } from "./beneath.ts";

/** What a group that may write needs of files, and of directories; what is made in these is the group's as well. */
const FILE = 0o660;
const DIRECTORY = 0o2770;

/**
 * Gives all that lies there to a group, as the kubelet does it. Another pod may be at work there: each file is changed by
 * a descriptor of it, so that no link that is put in its place leads anywhere else. False: it was so already.
 */
export function giveToGroup(path: string, gid: number, always: boolean): boolean {
  const root = openPath(path);
  try {
    const { gid: owner, mode } = fstatSync(root);
    if (!always && owner === gid && (mode & DIRECTORY) === DIRECTORY) return false;
    giveTree(root, gid);
    return true;
  } finally {
    closeSync(root);
  }
}

/** What is within comes first: the root's own group says that all is done. */
function giveTree(descriptor: number, gid: number): void {
  const { uid, mode, nlink } = fstatSync(descriptor);
  const stat = fstatSync(descriptor);
  if (stat.isDirectory()) {
    for (const name of readdirSync(pathOf(descriptor))) {
      const child = openIn(descriptor, name);
      if (child === undefined) continue;
      try {
        giveTree(child, gid);
      } finally {
        closeSync(child);
      }
    }
  }
  // A second name of a file may be in a place that the volume does not hold.
  if (stat.isSymbolicLink() || (stat.isFile() && nlink > 1)) return;
  chownSync(pathOf(descriptor), uid, gid);
  chmodSync(pathOf(descriptor), (mode & 0o7777) | (stat.isDirectory() ? DIRECTORY : FILE));
}
