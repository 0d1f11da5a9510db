import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";

/** No file of an administrator is larger. It would fill the memory of a small host. */
const MAX_BYTES = 10_000_000;

/**
 * Returns the content of a file that an administrator has placed, which may be a link. Throws for a file that could stop a
 * run: a fifo, a device, one that blocks, or one of more than 10 MB. The message does not contain the path.
 */
export function readAdministratorFile(path: string): Buffer {
  // Opening a device can act on it, so the type is checked before and after.
  checkFile(statSync(path));
  // Some files below /proc are regular, and a read waits for ever.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    checkFile(fstatSync(file));
    return readUpTo(file, MAX_BYTES);
  } finally {
    closeSync(file);
  }
}

/** True when users other than its owner can read a file in its directory. Directories above that one are not considered. */
export function canOthersRead(path: string): boolean {
  const [file, directory] = [statSync(path), statSync(dirname(path))];
  const can = ({ mode, gid }: Stats, bit: number) => (mode & (gid === 0 ? bit : bit | (bit << 3))) !== 0;
  return can(file, 0o004) && can(directory, 0o001);
}

function checkFile(stat: Stats): void {
  if (!stat.isFile()) throw new Error("is not a regular file: remove it");
  if (stat.size > MAX_BYTES) throw tooLarge();
}

/** Reads to the end, because the size of a file below /proc is 0. */
function readUpTo(file: number, max: number): Buffer {
  const chunks: Buffer[] = [];
  for (let length = 0; ; ) {
    const chunk = Buffer.allocUnsafe(65_536);
    const count = readSync(file, chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    length += count;
    if (length > max) throw tooLarge();
  }
}

function tooLarge(): Error {
  return new Error(`has more than ${MAX_BYTES / 1_000_000} MB: remove it`);
}
