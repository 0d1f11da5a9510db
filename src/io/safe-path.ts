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

/** Node does not name it: a descriptor that leads to a file and does not open it, so that nothing happens by it. */
const O_PATH = 0o10000000;
const MAX_SYMLINKS = 40;

interface PathOptions {
  readonly make?: boolean;
  readonly isRoot?: boolean;
}

/** What an open descriptor leads to, for calls that want a path: the kernel goes there, whatever its name is by now. */
export const pathOf = (descriptor: number) => `/proc/self/fd/${descriptor}`;

export function openPath(path: Buffer | string): number {
  return openSync(path, O_PATH | constants.O_NOFOLLOW);
}

/** The path of a name in an open directory. Names that containers chose are bytes: they need not be UTF-8. */
export function nameBelow(directory: number, name: Buffer | string): Buffer {
  return Buffer.concat([Buffer.from(`${pathOf(directory)}/`), typeof name === "string" ? Buffer.from(name) : name]);
}

/** Returns undefined when there is none. A link is opened itself. */
export function openBelow(directory: number, name: Buffer | string): number | undefined {
  return ignoreMissing(() => openPath(nameBelow(directory, name)));
}

/**
 * Calls `use` with a descriptor of what lies at a relative path below a directory that containers write to. Each step is
 * taken from a descriptor, so that nothing leads out of there: no link, and no directory that is exchanged on the way.
 * What is missing is made as directories like the first, if `make`. `isRoot`: as who has it for a root sees it, for whom an
 * absolute link begins there, and ".." leads no higher.
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
  if (made === undefined) throw new Error(`${name} is gone again`);
  // Somebody else's may have come into its place: only what is a directory is changed, and by its descriptor.
  if (fstatSync(made).isDirectory()) chmodSync(pathOf(made), mode);
  return made;
}

function linkTarget(directory: number, name: string, links: number, path: string): string {
  if (links > MAX_SYMLINKS) throw new Error(`${path} leads through too many links`);
  return readlinkSync(`${pathOf(directory)}/${name}`);
}

/** The API server lets no file of more than this be named. */
const MAX_FILE_BYTES = 64 * 1024;

/** The text of a file that a container has written; undefined for what is missing, leads out, is no file or too long. */
export function readBelow(root: string, path: string): string | undefined {
  try {
    return withPathBelow(root, path, {}, (descriptor) => {
      const stat = fstatSync(descriptor);
      // Only a regular file can be opened without waiting for anybody.
      return stat.isFile() ? readSome(pathOf(descriptor)) : undefined;
    });
  } catch {
    return undefined;
  }
}

/** Who writes there may go on writing while it is read. */
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

export function statDescriptor(descriptor: number): Stats {
  return fstatSync(descriptor);
}
