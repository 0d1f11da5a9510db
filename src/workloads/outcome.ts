import type { Instant } from "../model/api/time.ts";
import type { PodTemplate } from "../model/api/workload.ts";
import type { JobState, OwnedPod, Progress, Retry } from "../model/workload-state.ts";

/** What a kind decides for one workload. */
export interface Outcome {
  /** All its pods, also those that are ending. */
  readonly pods: readonly OwnedPod[];
  readonly wanted: number;
  readonly settled?: PodTemplate;
  readonly progress?: Progress;
  readonly retry?: Retry;
  readonly job?: JobState;
  readonly problem?: string;
  /** The instants at which the decision may be another one although nothing has changed. */
  readonly dueAt: readonly Instant[];
}
