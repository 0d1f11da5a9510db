import type { Job } from "./workload.ts";

/** An object of a directory that makes Jobs, with the defaults of the API. */
export interface CronJob {
  readonly kind: "CronJob";
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    /** A digest of namespace and name. */
    readonly uid: string;
  };
  /** As it is written. It can be parsed. */
  readonly schedule: string;
  /** Undefined: that of the host. */
  readonly timeZone?: string;
  readonly suspend: boolean;
  readonly concurrencyPolicy: "Allow" | "Forbid" | "Replace";
  readonly startingDeadlineSeconds?: number;
  readonly successfulJobsHistoryLimit: number;
  readonly failedJobsHistoryLimit: number;
  readonly jobTemplate: Omit<Job, "metadata">;
}
