import { lstatSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { list } from "../../io/files.ts";
import { CliError } from "../failure.ts";
import type { Places } from "./places.ts";

const MIB = 1024 ** 2;

/** For a moment there are the files that are taken and those that are laid out. */
const COPIES = 2;

/** Throws CliError when the disk lacks room for a version as large as the installed one. */
export function checkSpace({ programs, versions }: Places): void {
  const sizes = list(programs).map((name) => lstatSync(join(programs, name)).size);
  const { bavail, bsize } = statfsSync(versions);
  const [needed, free] = [COPIES * sizes.reduce((sum, size) => sum + size, 0), bavail * bsize];
  if (free < needed)
    throw new CliError(
      `unitlet upgrade: the disk of ${versions} has ${Math.floor(free / MIB)} MiB free, and an upgrade needs ${Math.ceil(needed / MIB)} MiB. Nothing was changed: free some space first`,
    );
}
