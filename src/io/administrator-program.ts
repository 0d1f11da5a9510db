import { lstatSync, realpathSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Returns why root must not execute a program that an administrator has named by an absolute path; undefined when it may. Root alone
 * must be able to change the file, each directory above it, and those of a link that leads to it.
 */
export function whyUntrusted(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    const { mode } = lstatSync(real);
    if (!lstatSync(real).isFile()) return "is not a regular file";
    if ((mode & 0o100) === 0) return "is not executable: chmod 755";
    const because = [...partsOf(path), ...partsOf(real)].map(whyChangeable).find((each) => each !== undefined);
    return because === undefined ? undefined : `can be changed by others than root, because ${because}`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? "does not exist" : message;
  }
}

function partsOf(path: string): readonly string[] {
  return path === dirname(path) ? [path] : [path, ...partsOf(dirname(path))];
}

/** The mode of a link has no effect: the right to replace it comes from its directory. */
function whyChangeable(path: string): string | undefined {
  const stat = lstatSync(path);
  if (stat.uid !== 0) return `${path} belongs to another user`;
  if (stat.isSymbolicLink() || (stat.mode & 0o022) === 0) return undefined;
  return `${path} has the mode ${(stat.mode & 0o7777).toString(8)}`;
}
