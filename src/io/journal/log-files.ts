import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { join } from "node:path";

/**
 * The flag O_PATH of open(2), which Node does not export. The descriptor names a file without opening it, because opening a
 * device can have side effects.
 */
const O_PATH = 0o10000000;

/** A file or a directory below the root of openBelow. */
export type OpenedFile =
  /** The caller must close `descriptor`. `size` is in bytes. */
  | { readonly kind: "file"; readonly descriptor: number; readonly size: number }
  /** The names are sorted, and the name of a directory ends with a slash. */
  | { readonly kind: "directory"; readonly names: readonly string[] };

/**
 * Opens a file or lists a directory below `root`, following links. Undefined when there is none, when it is neither, or
 * when its real path is outside `root`.
 */
export function openBelow(root: string, segments: readonly string[]): OpenedFile | undefined {
  if (segments.some((segment) => segment === ".." || segment.includes("\0") || segment.includes("/"))) return undefined;
  let descriptor: number;
  try {
    descriptor = openSync(join(root, ...segments), O_PATH);
  } catch {
    // A missing file, a loop of links and a name that is too long all count as not found.
    return undefined;
  }
  try {
    return isBelow(realpathSync(root), readlinkSync(pathOf(descriptor))) ? reopen(descriptor) : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** Returns a path that opens the same file, also after a rename. */
const pathOf = (descriptor: number) => `/proc/self/fd/${descriptor}`;

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

function reopen(descriptor: number): OpenedFile | undefined {
  const stat = fstatSync(descriptor);
  if (stat.isDirectory()) {
    const entries = readdirSync(pathOf(descriptor), { withFileTypes: true });
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
    return { kind: "directory", names: names.toSorted() };
  }
  if (!stat.isFile()) return undefined;
  return { kind: "file", descriptor: openSync(pathOf(descriptor), constants.O_RDONLY), size: stat.size };
}
