import { chmodSync, chownSync, closeSync, fstatSync, readdirSync } from "node:fs";
import { isPastDeadline as isRunLate } from "../run-deadline.ts";
import { openBelow, openPath, pathOf } from "../safe-path.ts";

/**
 * The mode bits of the group (`volume_linux.go: rwMask, execMask`, v1.36). New files in a directory inherit the group
 * (setgid).
 */
const FILE_MODE = 0o660;
const DIRECTORY_MODE = 0o2770;

/**
 * Gives a tree to a group (`volume_linux.go: changeFilePermission`, v1.36). Unless `always`, only the root of the tree decides
 * whether a change is needed (`volume_linux.go: requiresPermissionChange`, v1.36). Other pods may write there, so each file is
 * changed by its descriptor, and no link can redirect the change. Returns false when nothing had to change. Throws when it
 * takes more than the time of one run; the next attempt continues with the remaining files.
 */
export function applyFsGroup(path: string, gid: number, always: boolean, isLate = isRunLate): boolean {
  const root = openPath(path);
  try {
    const { gid: owner, mode } = fstatSync(root);
    if (!always && owner === gid && (mode & DIRECTORY_MODE) === DIRECTORY_MODE) return false;
    if (!applyToTree(root, gid, isLate)) throw new Error(tooManyFiles(path, gid));
    return true;
  } finally {
    closeSync(root);
  }
}

const tooManyFiles = (path: string, gid: number) =>
  `${path} has too many files to be given to group ${gid} in one run: if that does not end, give them by hand (chgrp -R ${gid}, chmod -R g+rwX, chmod g+s) and set fsGroupChangePolicy: OnRootMismatch`;

/**
 * Changes the content before the directory, so that the group of the root proves that all is done. Returns false when time ran
 * out.
 */
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
  // A file with several names may have one outside the volume.
  if (stat.isSymbolicLink() || (stat.isFile() && nlink > 1)) return true;
  const wanted = stat.isDirectory() ? DIRECTORY_MODE : FILE_MODE;
  if (stat.gid === gid && (mode & wanted) === wanted) return true;
  chownSync(pathOf(descriptor), uid, gid);
  chmodSync(pathOf(descriptor), (mode & 0o7777) | wanted);
  return true;
}
