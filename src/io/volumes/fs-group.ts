import { chmodSync, chownSync, closeSync, fstatSync, readdirSync } from "node:fs";
import { isPastDeadline as isRunLate } from "../run-deadline.ts";
import { openBelow, openPath, pathOf } from "../safe-path.ts";

/** What a group that may write needs of files, and of directories; what is made in these is the group's as well. */
const FILE = 0o660;
const DIRECTORY = 0o2770;

/**
 * Gives all that lies there to a group, as the kubelet does it. Another pod may be at work there: each file is changed by
 * a descriptor of it, so that no link that is put in its place leads anywhere else. False: it was so already. Throws when
 * it takes too long; the next try goes faster, since what is done stays done.
 */
export function applyFsGroup(path: string, gid: number, always: boolean, isLate = isRunLate): boolean {
  const root = openPath(path);
  try {
    const { gid: owner, mode } = fstatSync(root);
    if (!always && owner === gid && (mode & DIRECTORY) === DIRECTORY) return false;
    if (!applyToTree(root, gid, isLate)) throw new Error(tooMany(path, gid));
    return true;
  } finally {
    closeSync(root);
  }
}

const tooMany = (path: string, gid: number) =>
  `${path} has too many files to be given to group ${gid} in one run: if that does not end, give them by hand (chgrp -R ${gid}, chmod -R g+rwX, chmod g+s) and set fsGroupChangePolicy: OnRootMismatch`;

/** What is within comes first: the root's own group says that all is done. False: it did not come to the end. */
function applyToTree(descriptor: number, gid: number, isLate: () => boolean): boolean {
  const stat = fstatSync(descriptor);
  const { uid, mode, nlink } = stat;
  if (stat.isDirectory()) {
    for (const name of readdirSync(pathOf(descriptor), { encoding: "buffer" })) {
      if (isLate()) return false;
      const child = openBelow(descriptor, name);
      if (child === undefined) continue;
      try {
        if (!applyToTree(child, gid, isLate)) return false;
      } finally {
        closeSync(child);
      }
    }
  }
  // A second name of a file may be in a place that the volume does not hold.
  if (stat.isSymbolicLink() || (stat.isFile() && nlink > 1)) return true;
  const wanted = stat.isDirectory() ? DIRECTORY : FILE;
  if (stat.gid === gid && (mode & wanted) === wanted) return true;
  chownSync(pathOf(descriptor), uid, gid);
  chmodSync(pathOf(descriptor), (mode & 0o7777) | wanted);
  return true;
}
