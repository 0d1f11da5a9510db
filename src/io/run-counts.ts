import type { Instant } from "../model/api/time.ts";
import type { RunEnd } from "../model/run-end.ts";
import { readCached, writeCached } from "./cache.ts";

/** Since boot, or since somebody emptied /run/unitlet. Seconds, unless it is an instant. */
export interface RunCounts {
  /** When the first one was counted. */
  readonly since: Instant;
  readonly outcomes: Readonly<Record<RunEnd["outcome"], number>>;
  readonly failedSteps: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly cpu: number;
  /** How many took no longer than each of BUCKETS. */
  readonly within: readonly number[];
  readonly last: Instant;
  /** The last one that ended well with a complete list of pods. */
  readonly lastGood?: Instant;
}

/** Seconds. */
export const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20] as const;

/** `seconds` is the duration of a run, `cpu` its CPU time in seconds, `now` its end. */
export interface RunTimes {
  readonly seconds: number;
  readonly cpu: number;
  readonly now: Instant;
}

const NAME = "runs";
/** Changes with the shape of what is kept. */
const SHAPE = "2";

const NONE = { unchanged: 0, done: 0, incomplete: 0, failed: 0 };

export function readRunCounts(): RunCounts | undefined {
  return readCached<RunCounts>(NAME, SHAPE);
}

/** One small file is read and written, which costs a run less than a millisecond of CPU. */
export function countRun(end: RunEnd, times: RunTimes): void {
  writeCached(NAME, SHAPE, addRun(readRunCounts(), end, times));
}

export function addRun(
  before: RunCounts | undefined,
  { outcome, failedSteps }: RunEnd,
  { seconds, cpu, now }: RunTimes,
): RunCounts {
  const { since = now, outcomes = NONE, within = BUCKETS.map(() => 0) } = before ?? {};
  const failed = { ...before?.failedSteps };
  for (const step of failedSteps) failed[step] = (failed[step] ?? 0) + 1;
  const isGood = outcome === "unchanged" || outcome === "done";
  return {
    since,
    outcomes: { ...outcomes, [outcome]: outcomes[outcome] + 1 },
    failedSteps: failed,
    seconds: (before?.seconds ?? 0) + seconds,
    cpu: (before?.cpu ?? 0) + cpu,
    within: within.map((count, at) => count + (seconds <= (BUCKETS[at] ?? 0) ? 1 : 0)),
    last: now,
    ...(isGood ? { lastGood: now } : before?.lastGood === undefined ? {} : { lastGood: before.lastGood }),
  };
}
