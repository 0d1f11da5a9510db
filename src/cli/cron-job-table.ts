import { namespacedName } from "../model/api/namespaced-name.ts";
import type { Instant } from "../model/api/time.ts";
import type { CronJobState } from "../model/cron-job-state.ts";
import { formatTable } from "./columns.ts";
import { age } from "./status-table.ts";

/** The columns of `kubectl get cronjobs`. */
const HEADER = ["NAMESPACE", "CRONJOB", "SCHEDULE", "TIMEZONE", "SUSPEND", "ACTIVE", "LAST SCHEDULE"];

/** Returns a table with a row for each CronJob, and below it why some do not get what they ask for; nothing without any. */
export function cronJobTable(states: readonly CronJobState[], now: Instant): string {
  if (states.length === 0) return "";
  const sorted = states.toSorted((a, b) => (namespacedName(a) < namespacedName(b) ? -1 : 1));
  const rows = sorted.map(({ namespace, name, schedule, timeZone, suspend, active, lastScheduleTime }) => [
    ...[namespace, name, schedule, timeZone, suspend ? "True" : "False", String(active.length)],
    lastScheduleTime === undefined ? "<none>" : age(lastScheduleTime, now),
  ]);
  const problems = sorted.flatMap((state) =>
    state.problem === undefined ? [] : [`${namespacedName(state)} CronJob: ${state.problem}\n`],
  );
  const table = `\n${formatTable([HEADER, ...rows])}`;
  return problems.length === 0 ? table : `${table}\n${problems.join("")}`;
}
