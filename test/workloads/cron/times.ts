import { readFileSync } from "node:fs";

/** A schedule and the times that robfig/cron v3.0.1, the library of Kubernetes, computes for it. */
export interface ScheduleTimes {
  readonly schedule: string;
  readonly zone: string;
  /** The number of times from START to END, at most 1000, and in other zones than UTC 600. */
  readonly count: number;
  /** Of the SHA-256 of these times in UTC, one a line, such as 2027-10-01T00:00. */
  readonly digest: string;
  /** The OnCalendar= lines, or what there is instead. */
  readonly result: string;
}

export const START = "2027-10-01";
export const END = "2028-10-01";

export const TIMES: readonly ScheduleTimes[] = readFileSync(new URL("times.tsv", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => {
    const [schedule = "", zone = "", count = "", digest = "", result = ""] = line.split("\t");
    return { schedule, zone, count: Number(count), digest, result };
  });
