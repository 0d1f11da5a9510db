import type { PodSummary } from "../../model/pod-summary.ts";
import { readCached, writeCached } from "../cache.ts";

const NAME = "pods";
const FORMAT_VERSION = "1";

/** Returns the summaries of the last full run; undefined when there was none since boot. */
export function readPodSummaries(): readonly PodSummary[] | undefined {
  return readCached<readonly PodSummary[]>(NAME, FORMAT_VERSION);
}

/** Stores the summaries when they have changed. */
export function writePodSummaries(summaries: readonly PodSummary[]): void {
  if (JSON.stringify(readPodSummaries()) !== JSON.stringify(summaries)) writeCached(NAME, FORMAT_VERSION, summaries);
}
