import type { Instant } from "../api/time.ts";

export type PressureCondition = "MemoryPressure" | "DiskPressure" | "PIDPressure";

/** The result of earlier measurements. Keys are those of thresholds. */
export interface PressureHistory {
  /** The last measurement. */
  readonly at: Instant;
  /** When each threshold was met first, without a measurement since then that did not meet it. */
  readonly since: Readonly<Record<string, Instant>>;
  /** The thresholds that were met and whose grace period was over. */
  readonly active: readonly string[];
  /** When each condition was last measured. */
  readonly conditions: Readonly<Partial<Record<PressureCondition, Instant>>>;
}
