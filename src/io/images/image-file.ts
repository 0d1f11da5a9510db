import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, realpathSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { exists } from "../files.ts";
import { pathOf, withPathBelow } from "../safe-path.ts";

/** Longest file of an image that is read. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * The text of a file of an image, which strangers have made; "" when there is none. Only a regular file is opened: to open
 * a device may be to use it, as that which restarts the host unless somebody keeps writing to it.
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

/** Where a directory of that name is within an image, or could be made: without links. Undefined: it cannot be one. */
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
    // A link that leads nowhere would be followed by who makes the directory.
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
