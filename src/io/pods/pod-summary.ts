import { STATE_DIR } from "../../model/paths.ts";
import type { PodSummary } from "../../model/pod-summary.ts";
import { readCached, writeCached } from "../cache.ts";
import { exists, ignoreMissing, readOptional, writeBestEffort } from "../files.ts";

const NAME = "pods";
const FORMAT_VERSION = "2";

/** The same summaries on the disk, for `unitlet status` after a boot without the API server. */
const LAST = `${STATE_DIR}/pods.json`;

/** Returns the summaries of the last full run; undefined when there was none since boot. */
export function readPodSummaries(): readonly PodSummary[] | undefined {
  return readCached<readonly PodSummary[]>(NAME, FORMAT_VERSION);
}

/** Returns the summaries of the last full run, which may have been before a boot. */
export function readLastSummaries(): readonly PodSummary[] {
  try {
    return readPodSummaries() ?? (JSON.parse(readOptional(LAST) ?? "[]") as readonly PodSummary[]);
  } catch {
    return [];
  }
}

/** Stores the summaries when they have changed. */
export function writePodSummaries(summaries: readonly PodSummary[]): void {
  const text = JSON.stringify(summaries);
  if (JSON.stringify(readPodSummaries()) === text && exists(LAST)) return;
  writeCached(NAME, FORMAT_VERSION, summaries);
  ignoreMissing(() => writeBestEffort(LAST, text, 0o600));
}
