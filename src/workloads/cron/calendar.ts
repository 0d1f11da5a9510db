import type { Schedule } from "../../model/cron/schedule.ts";
import type { TimeZone } from "../../model/cron/time-zone.ts";
import type { Calendar, CronTimer } from "../../model/cron-job-state.ts";
import type { UnitName } from "../../model/unit.ts";
import { encodeTimer, type TimerOwner } from "../../unitfile/timer.ts";
import { onCalendar } from "./on-calendar.ts";

const MONTH = 30 * 86_400_000;

/** The agent's service that starts a run. */
const SERVICE = "unitlet-cronjob.service";

/**
 * Returns the lines of a schedule; those of before when they are still right. A zone that `zones` lacks is one that systemd of this
 * host refuses. `lines` is empty when no date matches.
 */
export function calendarOf(
  { schedule, text }: { readonly schedule: Schedule; readonly text: string },
  zone: TimeZone,
  {
    before,
    zones,
    now,
  }: { readonly before: Calendar | undefined; readonly zones: ReadonlySet<string>; readonly now: number },
): Calendar {
  // Zones change their rules, and lines are right for a bit more than a year.
  const month = Math.floor(now / MONTH);
  const isKnown = zones.has(zone.name);
  const of = JSON.stringify([text, zone.name, isKnown, month]);
  if (before?.of === of) return before;
  const result = onCalendar(schedule, zone, month * MONTH);
  if (result.kind === "never") return { of, lines: [] };
  if (result.kind === "computed") return { of };
  const isSaid = isKnown || result.lines.every((line) => line.endsWith(" UTC"));
  return isSaid ? { of, lines: result.lines } : { of };
}

/** Returns the name of a CronJob's timer. A namespace has no dot. */
export function timerName({ namespace, name }: Omit<TimerOwner, "uid">): UnitName {
  return `unitlet.${namespace}.${name}.timer` as UnitName;
}

/**
 * Returns the timer of a CronJob, or undefined when it never elapses again. `next` is the next time of its schedule, which is the
 * only one of the timer when no line has them all; the run that it starts writes the one after it.
 */
export function timerOf(owner: TimerOwner, { lines }: Calendar, next: number | undefined): CronTimer | undefined {
  const dates =
    lines ?? (next === undefined ? [] : [`${new Date(next).toISOString().slice(0, 19).replace("T", " ")} UTC`]);
  if (dates.length === 0) return undefined;
  const text = encodeTimer(owner, [
    ...dates.map((date) => ["OnCalendar", date] as const),
    // After a boot it elapses at once when it has missed a time.
    ["Persistent", "yes"],
    ["AccuracySec", "1s"],
    ["Unit", SERVICE],
  ]);
  return { name: timerName(owner), text };
}
