import { type ClockSchedule, matches, type Schedule } from "../../model/cron/schedule.ts";
import { type ClockChange, clockChanges, clockTime, type TimeZone } from "../../model/cron/time-zone.ts";

export type OnCalendar =
  /** Values of OnCalendar= (systemd.time(7)), which together have the times of the schedule. */
  | { readonly kind: "lines"; readonly lines: readonly string[] }
  /** No line has these times, so a run computes them. `because` is a sentence. */
  | { readonly kind: "computed"; readonly because: string }
  /** No date matches, such as 30 February. */
  | { readonly kind: "never" };

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Days after `from` for which the lines are right: zones change their rules. */
export const VALID_DAYS = 400;

/** Returns a schedule in the words of systemd. `from` is in milliseconds since the epoch. */
export function onCalendar(schedule: Schedule, zone: TimeZone, from: number): OnCalendar {
  if (schedule.kind === "interval")
    return { kind: "computed", because: "@every counts from the last start, and a calendar does not." };
  if (!hasDate(schedule)) return { kind: "never" };
  const changes = clockChanges(zone, from, VALID_DAYS);
  const offsets = [zone.offsetAt(from), ...changes.map(({ after }) => after)];
  // Minutes of every hour are the same in UTC, whose clocks are never set.
  if (isEveryDay(schedule) && schedule.hours.size === 24 && offsets.every((offset) => offset % HOUR === 0))
    return { kind: "lines", lines: linesOf(schedule, "UTC") };
  const because = changes.map((change) => changeProblem(schedule, change)).find((each) => each !== undefined);
  if (because !== undefined) return { kind: "computed", because };
  return { kind: "lines", lines: linesOf(schedule, zone.name) };
}

function hasDate({ minutes, hours, daysOfMonth, months, daysOfWeek, eitherDay }: ClockSchedule): boolean {
  if ([minutes, hours, months].some(({ size }) => size === 0)) return false;
  const isThere = [...months].some((month) => [...daysOfMonth].some((day) => day <= daysIn(month)));
  return eitherDay ? isThere || daysOfWeek.size > 0 : isThere && daysOfWeek.size > 0;
}

/** The days of a month in a leap year. */
const daysIn = (month: number) => new Date(Date.UTC(2024, month, 0)).getUTCDate();

function isEveryDay({ daysOfMonth, months, daysOfWeek, eitherDay }: ClockSchedule): boolean {
  const areAll = [daysOfMonth.size === 31, daysOfWeek.size === 7];
  return months.size === 12 && (eitherDay ? areAll.includes(true) : !areAll.includes(false));
}

/**
 * Returns why the schedule is another one for systemd when the clocks are set; undefined when it is not. Both skip the
 * times that do not exist. Of an hour that comes twice, Kubernetes takes both and systemd the first.
 */
function changeProblem(schedule: ClockSchedule, { at, before, after }: ClockChange): string | undefined {
  if ((after - before) % HOUR !== 0) return "The clocks of the time zone are set by other than whole hours.";
  if (after < before) {
    const minutes = Array.from({ length: (before - after) / MINUTE }, (_, minute) => at + after + minute * MINUTE);
    const isTwice = minutes.some((moved) => matches(schedule, clockTime(moved)));
    return isTwice
      ? "It has times in the hour that the clocks repeat. Kubernetes takes both, systemd the first."
      : undefined;
  }
  // robfig/cron looks for a day at its midnight.
  const midnight = Math.ceil((at + before) / (24 * HOUR)) * 24 * HOUR;
  if (isEveryDay(schedule) || midnight >= at + after) return undefined;
  return "The clocks skip a midnight, and Kubernetes may skip the day.";
}

function linesOf(schedule: ClockSchedule, zone: string): readonly string[] {
  const { minutes, hours, daysOfMonth, months, daysOfWeek, eitherDay } = schedule;
  const time = `${numbers(hours, 0, 23)}:${numbers(minutes, 0, 59)}:00 ${zone}`;
  const line = (weekdays: ReadonlySet<number> | undefined, days: ReadonlySet<number> | undefined) => {
    const date = `*-${numbers(months, 1, 12)}-${days === undefined ? "*" : numbers(days, 1, 31)}`;
    return `${weekdays === undefined || weekdays.size === 7 ? "" : `${weekdayNames(weekdays)} `}${date} ${time}`;
  };
  if (!eitherDay) return [line(daysOfWeek, daysOfMonth)];
  if (daysOfWeek.size === 7 || daysOfMonth.size === 31) return [line(undefined, undefined)];
  const lines = [
    ...(daysOfMonth.size > 0 ? [line(undefined, daysOfMonth)] : []),
    ...(daysOfWeek.size > 0 ? [line(daysOfWeek, undefined)] : []),
  ];
  return lines;
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function weekdayNames(days: ReadonlySet<number>): string {
  // systemd counts the days of a week from Monday.
  const fromMonday = [...days].map((day) => (day + 6) % 7).toSorted((a, b) => a - b);
  return fromMonday.map((day) => WEEKDAYS[(day + 1) % 7]).join(",");
}

/** Returns numbers as a list with ranges. systemd 252 skips times of steps such as `00/7`, which do not divide the whole. */
function numbers(set: ReadonlySet<number>, min: number, max: number): string {
  if (set.size === max - min + 1) return "*";
  return ranges([...set].toSorted((a, b) => a - b)).join(",");
}

function ranges(all: readonly number[]): readonly string[] {
  const starts = all.filter((each) => !all.includes(each - 1));
  return starts.map((start) => {
    const end = all.find((each) => each >= start && !all.includes(each + 1)) ?? start;
    return end === start ? padded(start) : `${padded(start)}..${padded(end)}`;
  });
}

const padded = (number: number) => String(number).padStart(2, "0");
