import type { PodSummary } from "../../model/pod-summary.ts";
import { readCached, writeCached } from "../cache.ts";

const NAME = "pods";
const SHAPE = "1";

/** As the last run that looked closely found them; undefined when there was none since boot. */
export function readPodSummaries(): readonly PodSummary[] | undefined {
  return readCached<readonly PodSummary[]>(NAME, SHAPE);
}

export function writePodSummaries(notes: readonly PodSummary[]): void {
  if (JSON.stringify(readPodSummaries()) !== JSON.stringify(notes)) writeCached(NAME, SHAPE, notes);
}
