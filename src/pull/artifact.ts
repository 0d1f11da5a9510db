import { linkSync, lstatSync, mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { blobPath, type LayoutLayer } from "./layout.ts";

/**
 * Creates the directory of an artifact's files, each a hard link to the blob of a layer. The name is the layer's title, or its
 * digest without a title. Throws an error that names the file, also for a title that leads out of the directory.
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

/**
 * Creates the parent directories of a file. No symbolic link is followed, because everything below `directory` was created here
 * and is a directory or a regular file. `name` is for the error message.
 */
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
