import { linkSync, lstatSync, mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { blobPath, type LayoutLayer } from "./layout.ts";

/**
 * Makes a directory of an artifact's files: each layer under the name that its title gives, or else under its digest. A file
 * is one more name of its blob. Throws an error that names the file, for a title that leads out of the directory, too.
 */
export function unpackArtifact(layout: string, layers: readonly LayoutLayer[], directory: string): void {
  mkdirSync(directory);
  for (const { digest, title } of layers) {
    const blob = blobPath(layout, digest);
    const name = title ?? basename(blob);
    const path = join(directory, ...partsOf(name));
    makeDirectories(directory, dirname(path), name);
    try {
      linkSync(blob, path);
    } catch (error) {
      throw new Error(`cannot make its file "${name}": ${reason(error)}`);
    }
  }
}

function partsOf(name: string): readonly string[] {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length === 0 || /^\/|\0/.test(name) || parts.includes(".."))
    throw new Error(`its file "${name}" would lie outside of it`);
  return parts;
}

/** Links cannot be on the way: all that is below `directory` was made here, as directories and names of regular files. */
function makeDirectories(directory: string, wanted: string, name: string): void {
  if (wanted === directory) return;
  try {
    mkdirSync(wanted, { recursive: true, mode: 0o755 });
    if (!lstatSync(wanted).isDirectory()) throw new Error("Not a directory");
  } catch (error) {
    throw new Error(`cannot make the directory of its file "${name}": ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
}
