import { CliError } from "../failure.ts";

/** More than any release has; a file of zeros would fill the disk. */
const MAX_BYTES = 1024 ** 3;
const MAX_ENTRIES = 5000;

/** Type, size and name of a line of `tar --list --verbose --numeric-owner` for a file or a directory with a plain name. */
const LINE = /^[-d][rwxsStT-]{9} +\d+\/\d+ +(\d+) \S+ \S+ ([\w@.+-]+(?:\/[\w@.+-]+)*)\/?$/;

/**
 * Checks the list of what is in an archive, as `tar --list --verbose --numeric-owner` prints it. A release has files and directories
 * below one directory. Throws CliError for links, devices, paths that lead elsewhere and files that are too large.
 */
export function checkEntries(release: string, listing: string): void {
  const lines = listing.split("\n").filter((line) => line !== "");
  const refuse = (because: string) => new CliError(`${release} is no release of unitlet: ${because}`);
  if (lines.length > MAX_ENTRIES) throw refuse(`it has ${lines.length} files`);
  let bytes = 0;
  const tops = new Set<string>();
  for (const line of lines) {
    const [, size, name] = LINE.exec(line) ?? [];
    const parts = name?.split("/") ?? [];
    if (size === undefined || parts.some((part) => part === "." || part === ".."))
      throw refuse(`it has something that is no plain file: ${line}`);
    bytes += Number(size);
    tops.add(parts[0] ?? "");
  }
  if (bytes > MAX_BYTES) throw refuse(`its files have ${bytes} bytes`);
  if (tops.size !== 1) throw refuse("its files are not in one directory");
}
