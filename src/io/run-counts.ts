import type { Instant } from "../model/api/time.ts";
import { RUN_DIR } from "../model/paths.ts";
import { type CountedFamily, type PodCount, TIMED_FAMILIES, type TimedFamily } from "../model/pod-count.ts";
import type { RunEnd } from "../model/run-end.ts";
import { readCached, writeCached } from "./cache.ts";
import { readOptional, remove } from "./files.ts";

/** The counts of runs since boot, or since /run/unitlet was emptied. Durations are in seconds, instants in milliseconds. */
export interface RunCounts {
  /** When the first run was counted. */
  readonly since: Instant;
  readonly outcomes: Readonly<Record<RunEnd["outcome"], number>>;
  readonly failedSteps: Readonly<Record<string, number>>;
  /** What has happened to pods: the sum by family and labels, which are JSON. */
  readonly pods?: Readonly<Partial<Record<CountedFamily, Readonly<Record<string, number>>>>>;
  /** The durations of what has happened to pods, by family and labels, which are JSON. */
  readonly durations?: Readonly<Partial<Record<TimedFamily, Readonly<Record<string, Histogram>>>>>;
  readonly seconds: number;
  readonly cpu: number;
  /** For each of BUCKETS_S the number of runs that took no longer. */
  readonly within: readonly number[];
  readonly last: Instant;
  /** When the last run ended without an error and with a complete list of pods. */
  readonly lastGood?: Instant;
}

/** The sum of durations in seconds, their number, and for each bound the number of those that were no longer. */
export interface Histogram {
  readonly seconds: number;
  readonly count: number;
  readonly within: readonly number[];
}

/** The upper bounds of the histogram of durations, in seconds. */
export const BUCKETS_S = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20] as const;

/** `seconds` is the duration of a run, `cpu` its CPU time in seconds, `now` its end. */
export interface RunTimes {
  readonly seconds: number;
  readonly cpu: number;
  readonly now: Instant;
}

const NAME = "runs";
/** The version of the stored format. */
const FORMAT_VERSION = "3";

/** The ticks without a run since the last run, a line each. */
export const SKIPPED_RUNS = `${RUN_DIR}/skipped-runs`;
/** A tick without a run counts as a run that has found nothing. */
const UNCHANGED = { status: 0, outcome: "unchanged", failedSteps: [] } as const;

const NONE = { unchanged: 0, done: 0, incomplete: 0, failed: 0 };

/** Returns the counts, with the ticks that needed no run; undefined when there are none since boot. */
export function readRunCounts(): RunCounts | undefined {
  const skipped = (readOptional(SKIPPED_RUNS) ?? "").split("\n").flatMap(timesOf);
  const stored = readCached<RunCounts>(NAME, FORMAT_VERSION);
  return skipped.reduce<RunCounts | undefined>((sum, times) => addRun(sum, UNCHANGED, times), stored);
}

/** Adds one run to the stored counts, which takes less than 1 ms of CPU. */
export function countRun(end: RunEnd, times: RunTimes): void {
  writeCached(NAME, FORMAT_VERSION, addRun(readRunCounts(), end, times));
  remove(SKIPPED_RUNS);
}

/** Reads a line of `run-needed`: its end, its duration and its CPU time, in seconds. */
function timesOf(line: string): readonly RunTimes[] {
  const [now = Number.NaN, seconds = Number.NaN, cpu = Number.NaN] = line.split(" ").map(Number);
  return [now, seconds, cpu].every(Number.isFinite) && line !== "" ? [{ now: now * 1000, seconds, cpu }] : [];
}

/** Returns the counts with one more run. */
export function addRun(
  before: RunCounts | undefined,
  { outcome, failedSteps, podCounts = [] }: RunEnd,
  { seconds, cpu, now }: RunTimes,
): RunCounts {
  const { since = now, outcomes = NONE, within = BUCKETS_S.map(() => 0) } = before ?? {};
  const failed = { ...before?.failedSteps };
  for (const step of failedSteps) failed[step] = (failed[step] ?? 0) + 1;
  const isGood = outcome === "unchanged" || outcome === "done";
  return {
    since,
    outcomes: { ...outcomes, [outcome]: outcomes[outcome] + 1 },
    failedSteps: failed,
    pods: addCounts(before?.pods, podCounts),
    durations: addDurations(before?.durations, podCounts),
    seconds: (before?.seconds ?? 0) + seconds,
    cpu: (before?.cpu ?? 0) + cpu,
    within: within.map((count, at) => count + (seconds <= (BUCKETS_S[at] ?? 0) ? 1 : 0)),
    last: now,
    ...(isGood ? { lastGood: now } : before?.lastGood === undefined ? {} : { lastGood: before.lastGood }),
  };
}

function addCounts(before: RunCounts["pods"] = {}, counts: readonly PodCount[]): NonNullable<RunCounts["pods"]> {
  const sums = { ...before };
  for (const count of counts) {
    if ("seconds" in count) continue;
    const { family, labels } = count;
    const key = JSON.stringify(labels);
    sums[family] = { ...sums[family], [key]: (sums[family]?.[key] ?? 0) + 1 };
  }
  return sums;
}

function addDurations(
  before: RunCounts["durations"] = {},
  counts: readonly PodCount[],
): NonNullable<RunCounts["durations"]> {
  const sums = { ...before };
  for (const count of counts) {
    if (!("seconds" in count)) continue;
    const { family, labels, seconds } = count;
    const key = JSON.stringify(labels);
    const { bounds } = TIMED_FAMILIES[family];
    const old = sums[family]?.[key] ?? { seconds: 0, count: 0, within: bounds.map(() => 0) };
    const within = bounds.map((bound, at) => (old.within[at] ?? 0) + (seconds <= bound ? 1 : 0));
    sums[family] = { ...sums[family], [key]: { seconds: old.seconds + seconds, count: old.count + 1, within } };
  }
  return sums;
}
