import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
  type Stats,
} from "node:fs";
import { ignoreMissing } from "./files.ts";

/**
 * The flag O_PATH of open(2), which Node does not export. The descriptor names a file without opening it, which has no side
 * effects.
 */
const O_PATH = 0o10000000;
const MAX_SYMLINKS = 40;

interface PathOptions {
  readonly make?: boolean;
  readonly isRoot?: boolean;
}

/** Returns a path that the kernel resolves to the file of an open descriptor, also after a rename. */
export const pathOf = (descriptor: number) => `/proc/self/fd/${descriptor}`;

/** Returns an O_PATH descriptor of a file; a link is opened itself. Throws the errors of open(2). */
export function openPath(path: Buffer | string): number {
  return openSync(path, O_PATH | constants.O_NOFOLLOW);
}

/** Returns the path of a name in an open directory. Names that containers chose are bytes and need not be UTF-8. */
export function nameBelow(directory: number, name: Buffer | string): Buffer {
  return Buffer.concat([Buffer.from(`${pathOf(directory)}/`), typeof name === "string" ? Buffer.from(name) : name]);
}

/** Returns an O_PATH descriptor of a name in an open directory; undefined when there is none. A link is opened itself. */
export function openBelow(directory: number, name: Buffer | string): number | undefined {
  return ignoreMissing(() => openPath(nameBelow(directory, name)));
}

/**
 * Calls `use` with a descriptor of a relative path below a directory that containers write to, like openat2(2) with
 * RESOLVE_BENEATH. Each name is opened below the descriptor of its directory, so that neither a link nor an exchanged
 * directory leads out. With `make`, missing directories are created with the mode of `root`. With `isRoot`, paths are
 * resolved as after chroot(2): an absolute link begins at `root`, and ".." stays there. Throws when the path leads out.
 */
export function withPathBelow<T>(
  root: string,
  path: string,
  { make = false, isRoot = false }: PathOptions,
  use: (descriptor: number) => T,
): T {
  const open = [openPath(root)];
  try {
    const mode = fstatSync(open[0] as number).mode & 0o7777;
    const names = path.split("/").toReversed();
    for (let links = 0; names.length > 0; ) {
      const name = names.pop() ?? "";
      if (name === "" || name === ".") continue;
      if (name === "..") {
        if (!isRoot || open.length > 1) leave(open, path);
        continue;
      }
      const next = enter(open.at(-1) as number, name, make ? mode : undefined);
      if (!fstatSync(next).isSymbolicLink()) {
        open.push(next);
        continue;
      }
      closeSync(next);
      links += 1;
      const target = linkTarget(open.at(-1) as number, name, links, path);
      if (target.startsWith("/")) {
        if (!isRoot) throw new Error(`${path} leads out of the volume`);
        for (const descriptor of open.splice(1)) closeSync(descriptor);
      }
      names.push(...target.split("/").toReversed());
    }
    return use(open.at(-1) as number);
  } finally {
    for (const descriptor of open) closeSync(descriptor);
  }
}

function leave(open: number[], path: string): void {
  const last = open.pop();
  if (last === undefined || open.length === 0) {
    if (last !== undefined) open.push(last);
    throw new Error(`${path} leads out of the volume`);
  }
  closeSync(last);
}

function enter(directory: number, name: string, mode: number | undefined): number {
  const there = openBelow(directory, name);
  if (there !== undefined) return there;
  if (mode === undefined) throw new Error(`there is no ${name} in the volume`);
  mkdirSync(`${pathOf(directory)}/${name}`, { mode: 0o700 });
  const made = openBelow(directory, name);
  if (made === undefined) throw new Error(`${name} was removed by another process`);
  // Another process may have replaced it, so only a directory is changed, and by its descriptor.
  if (fstatSync(made).isDirectory()) chmodSync(pathOf(made), mode);
  return made;
}

function linkTarget(directory: number, name: string, links: number, path: string): string {
  if (links > MAX_SYMLINKS) throw new Error(`${path} leads through too many links`);
  return readlinkSync(`${pathOf(directory)}/${name}`);
}

/** The size limit of a file of `env.valueFrom.fileKeyRef`. */
const MAX_FILE_BYTES = 64 * 1024;

/**
 * Returns the text of a file that a container has written; undefined when it is missing, leads out, is no regular file or too
 * long.
 */
export function readBelow(root: string, path: string): string | undefined {
  try {
    return withPathBelow(root, path, {}, (descriptor) => {
      const stat = fstatSync(descriptor);
      // Opening a FIFO or a device could block.
      return stat.isFile() ? readSome(pathOf(descriptor)) : undefined;
    });
  } catch {
    return undefined;
  }
}

/** Returns the text of a file of at most MAX_FILE_BYTES. The container may write to it meanwhile. */
function readSome(path: string): string | undefined {
  const file = openSync(path, constants.O_RDONLY);
  try {
    const buffer = Buffer.alloc(MAX_FILE_BYTES + 1);
    const length = readSync(file, buffer, 0, buffer.length, 0);
    return length <= MAX_FILE_BYTES ? buffer.toString("utf8", 0, length) : undefined;
  } finally {
    closeSync(file);
  }
}

/** Returns the status of the file that a descriptor names (fstat(2)). */
export function statDescriptor(descriptor: number): Stats {
  return fstatSync(descriptor);
}
