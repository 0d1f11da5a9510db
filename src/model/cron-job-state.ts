import type { Instant } from "./api/time.ts";
import type { Job } from "./api/workload.ts";
import type { UnitName } from "./unit.ts";

/** What the host remembers of one CronJob: a file of /var/lib/unitlet/cronjobs. */
export interface CronJobState {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The schedule as it is written, and its time zone. */
  readonly schedule: string;
  readonly timeZone: string;
  readonly suspend: boolean;
  /** From then on the times of the schedule count: the host saw the CronJob first, or with this schedule. */
  readonly since: Instant;
  /** The time of the schedule for which the last Job was made. */
  readonly lastScheduleTime?: Instant;
  /** Its Jobs that were not removed, in the order of their times. */
  readonly jobs: readonly Job[];
  /** Names of the Jobs that have not ended. */
  readonly active: readonly string[];
  /** The time of the schedule of which the journal says why no Job was made. */
  readonly told?: Instant;
  /** The schedule in the words of systemd, which takes a look at all changes of the clocks. */
  readonly calendar?: Calendar;
  /** Why the CronJob does not get what it asks for, with what to do. */
  readonly problem?: string;
}

export interface Calendar {
  /** What the lines depend on. */
  readonly of: string;
  /** Undefined: no line has the times of the schedule, so a run computes the next one. */
  readonly lines?: readonly string[];
}

/** The timer unit of a CronJob. */
export interface CronTimer {
  readonly name: UnitName;
  readonly text: string;
}

/** A timer unit that the host has. */
export interface ActualTimer {
  /** Undefined: there is no regular file. */
  readonly text?: string;
  /** Its file says that it belongs to a CronJob. */
  readonly isOurs: boolean;
  readonly isLinked: boolean;
  readonly isActive: boolean;
}

/** What has happened to a CronJob. */
export interface CronJobEvent {
  /** NAMESPACE/NAME */
  readonly cronJob: string;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}
