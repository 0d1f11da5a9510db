import { type Change, pathsOf } from "../docs/changes.ts";

/** A change: its files or folders, and the tests that cover them. */
export interface Row {
  readonly places: readonly string[];
  readonly tests: readonly string[];
}

/** Folders whose tests need a machine or a control plane. A whole folder of them is never chosen. */
const REAL = /^test\/(systemd|control-plane|e2e|attacks)\/./;

/** The paths of changes that docs/contributing/where-to-change.md describes. */
export function rowsOf(changes: readonly Change[]): Row[] {
  return changes.map(({ files, tests }) => ({ places: pathsOf(files), tests: pathsOf(tests) }));
}

/**
 * The tests on machines and control planes that belong to the files: those of the rows that name a file most closely.
 * Rows with pure tests alone do not count.
 */
export function realTestsFor(files: readonly string[], all: readonly Row[]): string[] {
  const rows = all.filter(({ tests }) => tests.some((test) => REAL.test(test)));
  const chosen = files.flatMap((file) => {
    if (file.endsWith(".test.ts")) return [file];
    const closeness = rows.map(({ places }) => Math.max(0, ...places.map((place) => closenessOf(file, place))));
    const best = Math.max(0, ...closeness);
    return best === 0 ? [] : rows.filter((_, at) => closeness[at] === best).flatMap(({ tests }) => tests);
  });
  return [...new Set(chosen)].filter((test) => REAL.test(test)).sort();
}

/** 0: the place has nothing to do with the file. */
function closenessOf(file: string, place: string): number {
  if (file === place) return Number.POSITIVE_INFINITY;
  return place.endsWith("/") && file.startsWith(place) ? place.length : 0;
}
