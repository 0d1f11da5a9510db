import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { pathOf, withBeneath } from "./beneath.ts";

/** Longest file of an image that is read. */
const LIMIT = 1024 * 1024;

/**
 * The text of a file of an image, which strangers have made; "" when there is none. Only a regular file is opened: to open
 * a device may be to use it, as that which restarts the host unless somebody keeps writing to it.
 */
export function readImageFile(tree: string, path: string): string {
  const read = (descriptor: number) => (fstatSync(descriptor).isFile() ? readStart(pathOf(descriptor)) : "");
  try {
    return withBeneath(tree, path, false, read, true);
  } catch {
    return "";
  }
}

function readStart(path: string): string {
  const file = openSync(path, constants.O_RDONLY);
  try {
    const buffer = Buffer.alloc(LIMIT);
    return buffer.toString("utf8", 0, readSync(file, buffer, 0, LIMIT, 0));
  } finally {
    closeSync(file);
  }
}
