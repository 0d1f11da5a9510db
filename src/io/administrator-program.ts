import { lstatSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** As the kernel (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * Returns why root must not execute a program that an administrator has named by an absolute path; undefined when it may. Root alone
 * must be able to change the file, each link that leads to it, and each directory on the way.
 */
export function whyUntrusted(path: string): string | undefined {
  try {
    const { steps, end } = wayTo(path);
    const stat = lstatSync(end);
    if (!stat.isFile()) return "is not a regular file";
    if ((stat.mode & 0o100) === 0) return "is not executable: chmod 755";
    const because = steps.map(whyChangeable).find((each) => each !== undefined);
    return because === undefined ? undefined : `can be changed by others than root, because ${because}`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? "does not exist" : message;
  }
}

/** Returns each directory and link that the kernel visits, and where the way ends. Throws the errors of lstat(2) and readlink(2). */
function wayTo(path: string): { readonly steps: readonly string[]; readonly end: string } {
  const steps = ["/"];
  const rest = namesOf(path);
  let end = "/";
  let links = 0;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const step = join(end, name);
    steps.push(step);
    if (lstatSync(step).isSymbolicLink()) {
      links += 1;
      if (links > MAX_LINKS) throw new Error("is behind a loop of links");
      const target = readlinkSync(step);
      if (target.startsWith("/")) end = "/";
      rest.unshift(...namesOf(target));
    } else end = step;
  }
  return { steps, end };
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** The mode of a link has no effect: the right to replace it comes from its directory. */
function whyChangeable(path: string): string | undefined {
  const stat = lstatSync(path);
  if (stat.uid !== 0) return `${path} belongs to another user`;
  if (stat.isSymbolicLink() || (stat.mode & 0o022) === 0) return undefined;
  return `${path} has the mode ${(stat.mode & 0o7777).toString(8)}`;
}
