/** A schedule by the clock. Each set has the numbers that match. */
export interface ClockSchedule {
  readonly kind: "clock";
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly daysOfWeek: ReadonlySet<number>;
  /** Both fields for days restrict the schedule: a day that matches one of them is enough. */
  readonly eitherDay: boolean;
}

/** `@every`: a number of seconds after the last time. */
export interface IntervalSchedule {
  readonly kind: "interval";
  readonly seconds: number;
}

export type Schedule = ClockSchedule | IntervalSchedule;

/** A time as the clocks of a place show it. */
export interface ClockTime {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

/** True when the schedule has this day of the month and of the week (`robfig/cron spec.go: dayMatches`, v3.0.1). */
export function hasDay(schedule: ClockSchedule, { day, weekday }: Pick<ClockTime, "day" | "weekday">): boolean {
  const { daysOfMonth, daysOfWeek, eitherDay } = schedule;
  const days = [daysOfMonth.has(day), daysOfWeek.has(weekday)];
  return eitherDay ? days.includes(true) : !days.includes(false);
}

/** True when the schedule has this minute. */
export function matches(schedule: ClockSchedule, time: ClockTime): boolean {
  const { minutes, hours, months } = schedule;
  return hasDay(schedule, time) && months.has(time.month) && hours.has(time.hour) && minutes.has(time.minute);
}
