import { readFile } from "node:fs/promises";
import { run } from "./run.ts";
import type { TarEntry } from "./tar.ts";

/** Returns programs and shared objects of this host for an image, each at its path, with the libraries that they load. */
export async function programFiles(paths: readonly string[]): Promise<readonly TarEntry[]> {
  const { stdout } = await run(["ldd", ...paths]);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, library = ""]) => library);
  const all = [...new Set([...paths, ...libraries])];
  return await Promise.all(
    all.map(async (path) => ({ path: path.slice(1), content: await readFile(path), mode: 0o755 })),
  );
}
