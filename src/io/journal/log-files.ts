import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { join } from "node:path";

/** open(2)'s: names what is there without opening it, for which a device might do something. Node has no name for it. */
const O_PATH = 0o10000000;

export type Found =
  /** To be read from `descriptor`, and closed. */
  | { readonly kind: "file"; readonly descriptor: number; readonly size: number }
  /** Sorted; a directory's name ends with a slash. */
  | { readonly kind: "directory"; readonly names: readonly string[] };

/**
 * A file or directory below `root`; undefined for what is not there, is neither, or lies elsewhere: links are followed, and
 * what counts is where they end.
 */
export function openBelow(root: string, segments: readonly string[]): Found | undefined {
  if (segments.some((segment) => segment === ".." || segment.includes("\0") || segment.includes("/"))) return undefined;
  let place: number;
  try {
    place = openSync(join(root, ...segments), O_PATH);
  } catch {
    // Missing, a loop of links, a name that is too long: there is nothing of that name.
    return undefined;
  }
  try {
    return isBelow(realpathSync(root), readlinkSync(itself(place))) ? reopened(place) : undefined;
  } finally {
    closeSync(place);
  }
}

/** By this name the very same thing is opened, whatever its path has become meanwhile. */
const itself = (descriptor: number) => `/proc/self/fd/${descriptor}`;

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

function reopened(place: number): Found | undefined {
  const stat = fstatSync(place);
  if (stat.isDirectory()) {
    const entries = readdirSync(itself(place), { withFileTypes: true });
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
    return { kind: "directory", names: names.toSorted() };
  }
  if (!stat.isFile()) return undefined;
  return { kind: "file", descriptor: openSync(itself(place), constants.O_RDONLY), size: stat.size };
}
