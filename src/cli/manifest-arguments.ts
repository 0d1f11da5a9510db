import { readFileSync } from "node:fs";
import { isDirectory } from "../io/files.ts";
import { manifestPaths } from "../io/manifest-source.ts";
import type { ManifestFile } from "../io/schema/manifest-file.ts";
import { CliError } from "./failure.ts";

/**
 * Returns the manifests that arguments name: files, directories, and `-` for standard input. A directory stands for the
 * files that a standalone host would read there. Throws CliError for a directory without any.
 */
export function manifestFiles(args: readonly string[]): readonly ManifestFile[] {
  return args.flatMap((argument) => {
    if (argument === "-") return [{ name: "<stdin>", read: () => readFileSync(0) }];
    const paths = isDirectory(argument) ? manifestPaths(argument) : [argument];
    if (paths.length === 0) throw new CliError(`${argument} has no file whose name ends with .yaml, .yml or .json`);
    return paths.map((path) => ({ name: path, read: () => readFileSync(path) }));
  });
}
