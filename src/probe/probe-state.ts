import type { Probe, ProbeResult, ProbeType } from "../model/api/probe.ts";
import type { Instant } from "../model/api/time.ts";

/** What one look at a container came to. */
export interface Outcome {
  readonly success: boolean;
  /** Of a failure what failed; of a success what is odd about it, else "". */
  readonly message: string;
}

/** How a probe of one start of a container has gone so far. */
export interface ProbeState {
  readonly invocation: string;
  /** When it was begun last. */
  readonly at: Instant;
  readonly last?: boolean;
  /** Results in a row that were like the last one. */
  readonly run: number;
  /** By the thresholds. */
  readonly success: boolean;
  /** What was told last, and when. */
  readonly told?: { readonly message: string; readonly at: Instant };
  /** Nothing is left to be found out about this start. */
  readonly held: boolean;
  /** Results of the container since the host's boot, whichever its start. */
  readonly counts: { readonly successful: number; readonly failed: number };
}

/** Until something is known: a container is alive, and neither started nor ready. */
export function initialState(type: ProbeType, invocation: string, before: ProbeState | undefined): ProbeState {
  const counts = before?.counts ?? { successful: 0, failed: 0 };
  return { invocation, at: 0, run: 0, success: type === "liveness", held: false, counts };
}

/**
 * What the runs were told of this start stands, and not what a prober remembers that was killed before it had kept what it
 * knew: else the next single result would be told together with a verdict of long ago.
 */
export function resumeState(type: ProbeType, course: ProbeState, told: ProbeResult | undefined): ProbeState {
  if (told?.invocation !== course.invocation) return course;
  return { ...course, success: told.success, held: course.held || (type === "startup" && told.success) };
}

/** A timer that is early by a fraction of a second must not lose a whole period. */
const EARLY_MS = 500;

/** Milliseconds since the epoch. Of a container that has just started the first look waits for nothing but its delay. */
export function isDue({ held, at, run }: ProbeState, probe: Probe, startedAt: Instant, now: Instant): boolean {
  if (held || now - startedAt < probe.initialDelay * 1000) return false;
  // A clock that was put back must not stop a probe.
  return run === 0 || now < at || now - at >= probe.period * 1000 - EARLY_MS;
}

/** Failures in a row that are told one by one; a program that takes its time to start may fail for hours. */
const REPORTED_FAILURES = 3;

/** A probe that goes on failing for another reason says so, but not every time: the reason may hold the time of day. */
const REPORT_AGAIN_MS = 10_000;

/** What follows from one more outcome; `news` is what the next run has to hear, if anything. */
export function nextState(
  course: ProbeState,
  type: ProbeType,
  probe: Probe,
  { success, message }: Outcome,
  now: Instant,
): { readonly course: ProbeState; readonly news?: ProbeResult } {
  const run = course.last === success ? course.run + 1 : 1;
  const enough = run >= (success ? probe.successThreshold : probe.failureThreshold);
  const { successful, failed } = course.counts;
  const next: ProbeState = {
    ...course,
    last: success,
    run,
    success: enough ? success : course.success,
    held: enough && (type === "startup" || (type === "liveness" && !success)),
    counts: { successful: successful + (success ? 1 : 0), failed: failed + (success ? 0 : 1) },
  };
  const told = Math.min(REPORTED_FAILURES, probe.failureThreshold);
  const hasTurned = next.success !== course.success;
  const isOther = message !== course.told?.message && now - (course.told?.at ?? 0) >= REPORT_AGAIN_MS;
  const isNews = hasTurned || (success ? course.last !== true : next.held || run <= told || isOther);
  const result: ProbeResult = {
    invocation: course.invocation,
    success: next.success,
    failures: success ? 0 : run,
    at: now,
    message,
    warning: success && message !== "",
    ended: next.held && !success,
  };
  return isNews ? { course: { ...next, told: { message, at: now } }, news: result } : { course: next };
}

/** News of a start, with what the runs may not have heard yet of the one before: that it was ended. */
export function withContainerEnd(news: ProbeResult, told: ProbeResult | undefined): ProbeResult {
  const end = told?.ended ? { invocation: told.invocation, at: told.at } : told?.end;
  return news.ended || end === undefined ? news : { ...news, end };
}

/** A run is worth while at once; other news can wait for the next one. */
export function crossesThreshold(before: ProbeState, after: ProbeState): boolean {
  return before.success !== after.success || after.held || before.last !== after.last;
}
