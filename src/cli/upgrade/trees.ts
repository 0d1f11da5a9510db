import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exists, list } from "../../io/files.ts";
import type { Places } from "./places.ts";

/** Digests of the files of a version by their path, such as `lib/sync.cjs` and `units/unitlet-sync.timer`. */
export type Tree = ReadonlyMap<string, string>;

/** What `unitlet upgrade` puts into a directory of programs that is on trial. switch-version looks for it. */
export const TRIAL = ".trial";

/** Returns the units of a version: those of the list that install.sh has installed with its programs. */
export function unitsOf(programs: string): readonly string[] {
  const text = exists(join(programs, "manifest")) ? readFileSync(join(programs, "manifest"), "utf8") : "";
  return [...text.matchAll(/^unit +systemd\/(\S+)/gm)].map(([, name = ""]) => name);
}

/** Returns the files of the installed version. `others` are units that it may have besides those of its list. */
export function installedTree({ programs, command, units }: Places, others: readonly string[]): Tree {
  const names = [...new Set([...unitsOf(programs), ...others])].filter((name) => exists(join(units, name)));
  return new Map([
    ...programsOf(programs),
    ["command", digest(command)],
    ...names.map((name) => [`units/${name}`, digest(join(units, name))] as const),
  ]);
}

/** Returns the files of a version below the directory of versions. */
export function storedTree(directory: string): Tree {
  const lib = join(directory, "lib");
  return new Map([
    ...programsOf(lib),
    ["command", digest(join(directory, "command"))],
    ...unitsOf(lib).map((name) => [`units/${name}`, digest(join(directory, "units", name))] as const),
  ]);
}

function programsOf(directory: string): readonly (readonly [string, string])[] {
  const names = list(directory).filter((name) => name !== TRIAL);
  return names.map((name) => [`lib/${name}`, digest(join(directory, name))] as const);
}

function digest(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Returns version and content in one text, such as `0.1.0 (3f2a91c0d4e5)`: builds of one version differ. */
export function labelOf(version: string, tree: Tree): string {
  const lines = [...tree].map(([path, sum]) => `${path} ${sum}`).toSorted();
  return `${version} (${createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 12)})`;
}

/** Returns the paths that differ, sorted, each after + (new), - (gone) or ~ (changed). */
export function changesOf(before: Tree, after: Tree): readonly string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return paths.flatMap((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    if (old === now) return [];
    return [`${old === undefined ? "+" : now === undefined ? "-" : "~"} ${path}`];
  });
}
