import { readFileSync } from "node:fs";

/** What a machine of a lane says about itself. */
export interface Versions {
  readonly distribution: string;
  readonly systemd: string;
  readonly cgroups: string;
  readonly bus: string;
  readonly kernel: string;
  readonly tools: string;
  /** The API server's, such as "1.36.3". */
  readonly kubernetes: string;
}

/** What one file of tests gave in its last run. */
export interface FileResult {
  readonly passed: number;
  /** Titles of tests. A file that could not be loaded, or whose machine did not start, has a title in parentheses. */
  readonly failed: readonly string[];
  /** Features that the kernel lacks, with the number of tests that need each. */
  readonly lacking: Readonly<Record<string, number>>;
}

export interface DatedResult extends FileResult {
  /** The day of the run, as 2026-11-29. */
  readonly date: string;
  readonly commit: string;
}

export interface LaneResult {
  readonly versions: Versions;
  readonly files: Readonly<Record<string, DatedResult>>;
}

/** By the name of the lane. */
export type Results = Readonly<Record<string, LaneResult>>;

export const RESULTS = new URL("results.json", import.meta.url);

export function readResults(): Results {
  return JSON.parse(readFileSync(RESULTS, "utf8"));
}

/** The text of results.json: what did not run keeps its place, so a difference shows what the last run changed. */
export function textOf(results: Results): string {
  return `${JSON.stringify(sorted(results), undefined, 2)}\n`;
}

/**
 * Adds a run of a lane. Files that did not run keep what an earlier run gave, unless the machine had other versions then:
 * nothing may stand beside a version on which it did not run.
 */
export function withLane(results: Results, name: string, lane: LaneResult): Results {
  const earlier = results[name];
  const isSame = earlier !== undefined && textOfValue(earlier.versions) === textOfValue(lane.versions);
  return { ...results, [name]: { ...lane, files: { ...(isSame ? earlier.files : {}), ...lane.files } } };
}

/** Without the files that are no longer there. */
export function withoutRemoved(results: Results, files: readonly string[]): Results {
  const kept = (lane: LaneResult): LaneResult => ({
    ...lane,
    files: Object.fromEntries(Object.entries(lane.files).filter(([file]) => files.includes(file))),
  });
  return Object.fromEntries(Object.entries(results).map(([name, lane]) => [name, kept(lane)]));
}

function textOfValue(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, each]): [string, unknown] => [key, sorted(each)]);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
