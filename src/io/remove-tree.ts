import { closeSync, constants, opendirSync, openSync, readFileSync, renameSync, rmdirSync, unlinkSync } from "node:fs";
import { basename, dirname } from "node:path";
import { ignoreMissing } from "./files.ts";
import { nameBelow, openPath, pathOf } from "./safe-path.ts";

/**
 * The number of directories that are open at a time. A deeper one is moved to the top of the tree first, to save descriptors.
 */
const MAX_DEPTH = 64;

/** The number of attempts at one name. Another process that exchanges files and directories can make each attempt fail. */
const MAX_ATTEMPTS = 5;

/** The state that the directories of one removal share. */
interface Removal {
  readonly top: number;
  readonly mount: string;
  readonly isLate: () => boolean;
  moved: number;
}

/**
 * Removes a file or a directory with its content. Names are bytes below the descriptor of their directory, and no link is
 * followed. A process that exchanges names thus cannot direct the removal out of the tree. The directories above `path` must
 * belong to root. Returns false when `isLate` ended the removal or another process changed the tree; the next call
 * continues it. Throws when another file system is mounted in the tree.
 */
export function removeTree(path: string, isLate: () => boolean): boolean {
  const parent = ignoreMissing(() => openPath(dirname(path)));
  if (parent === undefined) return true;
  try {
    const name = Buffer.from(basename(path));
    const tree = openDirectory(parent, name);
    if (tree === undefined) return unlinkName(parent, name);
    try {
      const removal: Removal = { top: tree, mount: mountOf(tree), isLate, moved: 0 };
      let before: number;
      do {
        before = removal.moved;
        if (!empty(tree, 0, removal)) return false;
      } while (removal.moved > before);
      return removeDirectory(parent, name);
    } finally {
      closeSync(tree);
    }
  } finally {
    closeSync(parent);
  }
}

function empty(directory: number, depth: number, removal: Removal): boolean {
  // The names are read in pieces, because a directory may have more names than a run has memory.
  const names = opendirSync(pathOf(directory), { encoding: "buffer", bufferSize: 1000 } as object);
  try {
    for (let entry = names.readSync(); entry !== null; entry = names.readSync())
      if (removal.isLate() || !removeEntry(directory, entry.name as unknown as Buffer, depth, removal)) return false;
    return true;
  } finally {
    names.closeSync();
  }
}

function removeEntry(directory: number, name: Buffer, depth: number, removal: Removal): boolean {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    if (unlinkName(directory, name)) return true;
    const child = openDirectory(directory, name);
    if (child === undefined) continue;
    try {
      if (mountOf(child) !== removal.mount) throw new Error(`${name} is a mount point: nothing below it is removed`);
      if (depth >= MAX_DEPTH) return moveToTop(directory, name, removal);
      if (!empty(child, depth + 1, removal)) return false;
      if (removeDirectory(directory, name)) return true;
    } finally {
      closeSync(child);
    }
  }
  return false;
}

/** Returns true when the name is gone, false when it is a directory. */
function unlinkName(directory: number, name: Buffer): boolean {
  try {
    ignoreMissing(() => unlinkSync(nameBelow(directory, name)));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EISDIR") return false;
    throw error;
  }
}

/** Returns a descriptor; undefined when the name is no directory. A link to a directory is none. */
function openDirectory(directory: number, name: Buffer): number | undefined {
  try {
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    return ignoreMissing(() => openSync(nameBelow(directory, name), flags));
  } catch (error) {
    if (["ENOTDIR", "ELOOP"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/** Returns false when the name is no directory any more, or another process has added a file to the directory. */
function removeDirectory(directory: number, name: Buffer): boolean {
  try {
    ignoreMissing(() => rmdirSync(nameBelow(directory, name)));
    return true;
  } catch (error) {
    if (["ENOTDIR", "ENOTEMPTY"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

/** Moves a directory that is too deep to the top of the tree, which is then read once more. */
function moveToTop(directory: number, name: Buffer, removal: Removal): boolean {
  removal.moved += 1;
  const target = Buffer.from(`.unitlet-remove-${process.hrtime.bigint()}`);
  renameSync(nameBelow(directory, name), nameBelow(removal.top, target));
  return true;
}

/** Returns the mount ID of a descriptor. A bind mount has the device of its source, but a mount ID of its own. */
function mountOf(descriptor: number): string {
  return /^mnt_id:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8"))?.[1] ?? "";
}
