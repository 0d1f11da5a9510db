import type { PodCount } from "./pod-count.ts";
import type { Step } from "./step.ts";

/** The end of a run. /metrics of the kubelet's port counts runs by `outcome`. */
export interface RunEnd {
  /** The process's exit status. */
  readonly status: number;
  /**
   * `unchanged`: the fast path found nothing to do. `incomplete`: the list of pods failed, so no pod was added or
   * removed.
   */
  readonly outcome: "unchanged" | "done" | "incomplete" | "failed";
  readonly failedSteps: readonly Step["kind"][];
  /** What has happened to pods; undefined when nothing was reported. */
  readonly podCounts?: readonly PodCount[];
}
