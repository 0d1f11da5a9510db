import type { CronJob } from "../../model/api/cron-job.ts";
import { exists } from "../files.ts";

/** The files by which systemd knows time zones. Distributions leave old names out. */
const ZONES = "/usr/share/zoneinfo";

export interface HostZones {
  /** The time zone of the host. */
  readonly hostZone: string;
  /** The time zones of the CronJobs that systemd of this host knows. */
  readonly zones: ReadonlySet<string>;
}

/** Returns the time zones of this host, as far as CronJobs need them. */
export function readTimeZones(cronJobs: readonly Pick<CronJob, "timeZone">[]): HostZones {
  const hostZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const named = cronJobs.flatMap(({ timeZone }) => timeZone ?? []);
  return { hostZone, zones: new Set([hostZone, ...named].filter((zone) => exists(`${ZONES}/${zone}`))) };
}
