import type { Instant } from "../../model/api/time.ts";

/** The options of a request for logs (v1.PodLogOptions). */
export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  /** The number of lines from the end; undefined for all. */
  readonly tailLines?: number;
  readonly limitBytes?: number;
  /** The time of the first line. */
  readonly since?: Instant;
}
