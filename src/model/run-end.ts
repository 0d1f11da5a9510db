import type { Step } from "./step.ts";

/** How a run ended. /metrics of the kubelet port counts runs by it. */
export interface RunEnd {
  /** The process's exit status. */
  readonly status: number;
  /** `settled`: all was as the last run had left it. `incomplete`: the pods could not be listed, so the host alone was looked after. */
  readonly outcome: "settled" | "done" | "incomplete" | "failed";
  readonly failedSteps: readonly Step["kind"][];
}
