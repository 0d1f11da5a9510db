import type { Probe, ProbeResult, ProbeType } from "../model/api/probe.ts";
import type { Instant } from "../model/api/time.ts";

/** The outcome of one check of a container. */
export interface Outcome {
  readonly success: boolean;
  /** The reason of a failure, or the warning of a success, or "". */
  readonly message: string;
}

/** The state of one probe since one start of a container. */
export interface ProbeState {
  readonly invocation: string;
  /** When the last check began. */
  readonly at: Instant;
  readonly last?: boolean;
  /** The number of results in a row that equal `last`. */
  readonly run: number;
  /** The result that the thresholds give. */
  readonly success: boolean;
  /** The message that was reported last, and when. */
  readonly reported?: { readonly message: string; readonly at: Instant };
  /** True when no further check of this start is needed. */
  readonly held: boolean;
  /** The results of all starts of the container since the host's boot. */
  readonly counts: { readonly successful: number; readonly failed: number };
}

/**
 * Returns the state before the first check: a container is alive, and neither started nor ready (`prober/worker.go: newWorker`,
 * v1.36).
 */
export function initialState(type: ProbeType, invocation: string, before: ProbeState | undefined): ProbeState {
  const counts = before?.counts ?? { successful: 0, failed: 0 };
  return { invocation, at: 0, run: 0, success: type === "liveness", held: false, counts };
}

/**
 * Returns the state with the result that was reported to the runs. A prober that was killed may have stored an older
 * state, and the next result would then be reported together with an outdated `success`.
 */
export function resumeState(type: ProbeType, state: ProbeState, reported: ProbeResult | undefined): ProbeState {
  if (reported?.invocation !== state.invocation) return state;
  return { ...state, success: reported.success, held: state.held || (type === "startup" && reported.success) };
}

/** The time by which a check may come early, so that an early timer does not skip a whole period. */
const EARLY_MS = 500;

/** True when a check is due. The first check after a start waits for `initialDelaySeconds` only. */
export function isDue({ held, at, run }: ProbeState, probe: Probe, startedAt: Instant, now: Instant): boolean {
  if (held || now - startedAt < probe.initialDelay * 1000) return false;
  // A clock that was set back must not stop a probe.
  return run === 0 || now < at || now - at >= probe.period * 1000 - EARLY_MS;
}

/** The number of failures in a row that are reported one by one. A slow program may fail its startup probe for hours. */
const REPORTED_FAILURES = 3;

/** A failure with another message is reported this often at most, because a message may contain the time of day. */
const REPORT_AGAIN_MS = 10_000;

/**
 * Returns the state after one more outcome. `result` is for the next run; undefined when there is nothing to report.
 */
export function nextState(
  state: ProbeState,
  { type, probe }: { readonly type: ProbeType; readonly probe: Probe },
  { success, message }: Outcome,
  now: Instant,
): { readonly state: ProbeState; readonly result?: ProbeResult } {
  const run = state.last === success ? state.run + 1 : 1;
  const enough = run >= (success ? probe.successThreshold : probe.failureThreshold);
  const { successful, failed } = state.counts;
  const next: ProbeState = {
    ...state,
    last: success,
    run,
    success: enough ? success : state.success,
    held: enough && (type === "startup" || (type === "liveness" && !success)),
    counts: { successful: successful + (success ? 1 : 0), failed: failed + (success ? 0 : 1) },
  };
  const reportedFailures = Math.min(REPORTED_FAILURES, probe.failureThreshold);
  const hasTurned = next.success !== state.success;
  const isOther = message !== state.reported?.message && now - (state.reported?.at ?? 0) >= REPORT_AGAIN_MS;
  const isNews = hasTurned || (success ? state.last !== true : next.held || run <= reportedFailures || isOther);
  const result: ProbeResult = {
    invocation: state.invocation,
    success: next.success,
    failures: success ? 0 : run,
    at: now,
    message,
    warning: success && message !== "",
    ended: next.held && !success,
  };
  return isNews ? { state: { ...next, reported: { message, at: now } }, result } : { state: next };
}

/** Returns the result with the end of the start before, which the runs may not have read yet. */
export function withContainerEnd(result: ProbeResult, reported: ProbeResult | undefined): ProbeResult {
  const end = reported?.ended ? { invocation: reported.invocation, at: reported.at } : reported?.end;
  return result.ended || end === undefined ? result : { ...result, end };
}

/** True when the change needs a run at once. Other results can wait for the next run. */
export function crossesThreshold(before: ProbeState, after: ProbeState): boolean {
  return before.success !== after.success || after.held || before.last !== after.last;
}
