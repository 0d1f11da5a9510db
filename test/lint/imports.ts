import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** File → what it imports: paths from the top of the repository, and names of packages. Types count as much as values. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** Biome's format is a precondition: a statement begins its line, and specifiers stand in double quotes. */
const SPECIFIER = /^(?:import|export)\b[^;]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm;

export function readImports(pattern: string): Imports {
  return new Map(globSync(pattern).map((file) => [file, importsOf(file, readFileSync(file, "utf8"))]));
}

export function importsOf(file: string, text: string): string[] {
  return [...text.matchAll(SPECIFIER)].map(([, from, bare, dynamic]) => {
    const specifier = from ?? bare ?? dynamic ?? "";
    return specifier.startsWith(".") ? join(dirname(file), specifier) : specifier;
  });
}
