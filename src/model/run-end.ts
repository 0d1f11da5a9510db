import type { Step } from "./step.ts";

/** How a run ended. /metrics of the kubelet port counts runs by it. */
export interface RunEnd {
  /** The process's exit status. */
  readonly status: number;
  /** `unchanged`: the fast path found nothing to do. `incomplete`: the list of pods failed, so no pod was added or removed. */
  readonly outcome: "unchanged" | "done" | "incomplete" | "failed";
  readonly failedSteps: readonly Step["kind"][];
}
