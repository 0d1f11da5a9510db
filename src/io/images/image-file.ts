import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, realpathSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { exists } from "../files.ts";
import { pathOf, withPathBelow } from "../safe-path.ts";

/** The number of bytes that are read of a file in an image. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Returns the text of a file in an image, which is untrusted; "" when there is none. Only a regular file is opened, because
 * opening a device can have side effects (a watchdog reboots the host).
 */
export function readImageFile(tree: string, path: string): string {
  const read = (descriptor: number) => (fstatSync(descriptor).isFile() ? readStart(pathOf(descriptor)) : "");
  try {
    return withPathBelow(tree, path, { isRoot: true }, read);
  } catch {
    return "";
  }
}

const PATH_MAX_BYTES = 4095;

/**
 * Returns the real path of a directory within an image, which may not exist yet. Undefined when no directory can have this
 * path.
 */
export function directoryInImage(tree: string, path: string): string | undefined {
  const clean = normalize(`/${path}`);
  const names = clean.split("/");
  if (clean.length > PATH_MAX_BYTES || clean.includes("\0") || names.some(exceedsPathMax)) return undefined;
  const top = realpathSync(tree);
  const find = (descriptor: number) =>
    fstatSync(descriptor).isDirectory() ? readlinkSync(pathOf(descriptor)).slice(top.length) || "/" : undefined;
  try {
    return withPathBelow(tree, clean, { isRoot: true }, find);
  } catch {
    const above = clean === "/" ? undefined : directoryInImage(tree, dirname(clean));
    const made = above === undefined ? undefined : join(above, basename(clean));
    // mkdir(2) by path would follow a broken link out of the image.
    return made === undefined || exists(join(tree, made)) ? undefined : made;
  }
}

const exceedsPathMax = (name: string) => Buffer.byteLength(name) > 255;

function readStart(path: string): string {
  const file = openSync(path, constants.O_RDONLY);
  try {
    const buffer = Buffer.alloc(MAX_FILE_BYTES);
    return buffer.toString("utf8", 0, readSync(file, buffer, 0, MAX_FILE_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
