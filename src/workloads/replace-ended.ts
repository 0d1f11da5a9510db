import { isTerminal } from "../model/api/phase.ts";
import type { Instant } from "../model/api/time.ts";
import type { OwnedPod, Retry } from "../model/workload-state.ts";
import { isKept, withEnding } from "./pods.ts";

const FIRST_DELAY_MS = 10_000;
const MAX_DELAY_MS = 300_000;

export interface Replaced {
  readonly pods: readonly OwnedPod[];
  readonly retry?: Retry;
  readonly dueAt: readonly Instant[];
}

/**
 * Ends the pods that have ended by themselves although their workload wants them to run: evicted and rejected ones. The
 * delay doubles from 10 s to 5 min. The controllers have no delay, and leave such pods by the hundred.
 */
export function replaceEnded(
  pods: readonly OwnedPod[],
  before: Retry | undefined,
  allReady: boolean,
  now: Instant,
): Replaced {
  const ended = pods.filter((each) => isKept(each) && isTerminal(each.pod.status?.phase));
  const count = before?.count ?? 0;
  if (ended.length === 0) return { pods, ...(count > 0 && !allReady && { retry: { count } }), dueAt: [] };
  const latest = now + Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** count);
  // The clock may have been set back.
  const at = Math.min(before?.at ?? latest, latest);
  if (now < at) return { pods, retry: { count, at }, dueAt: [at] };
  return { pods: withEnding(pods, ended, now), retry: { count: count + 1 }, dueAt: [] };
}
