import type { PodNote } from "../../model/pod-summary.ts";
import { keep, recall } from "../cache.ts";

const NAME = "pods";
const SHAPE = "1";

/** As the last run that looked closely found them; undefined when there was none since boot. */
export function readPodNotes(): readonly PodNote[] | undefined {
  return recall<readonly PodNote[]>(NAME, SHAPE);
}

export function keepPodNotes(notes: readonly PodNote[]): void {
  if (JSON.stringify(readPodNotes()) !== JSON.stringify(notes)) keep(NAME, SHAPE, notes);
}
