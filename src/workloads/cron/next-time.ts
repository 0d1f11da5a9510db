import { type ClockSchedule, type ClockTime, hasDay, type Schedule } from "../../model/cron/schedule.ts";
import { clockTime, type TimeZone } from "../../model/cron/time-zone.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How many years robfig/cron looks ahead. */
const YEARS_AHEAD = 5;

/**
 * Returns the first time of a schedule after `from`; undefined when there is none within 5 years (`robfig/cron spec.go: Next`,
 * `constantdelay.go: Next`, v3.0.1). Times are in milliseconds since the epoch.
 */
export function nextTime(schedule: Schedule, zone: TimeZone, from: number): number | undefined {
  if (schedule.kind === "interval") return (Math.floor(from / 1000) + schedule.seconds) * 1000;
  // The API takes a field such as ",", and a search through 5 years of minutes takes seconds.
  if ([schedule.minutes, schedule.hours, schedule.months].some(({ size }) => size === 0)) return undefined;
  const search = new Search(schedule, zone, (Math.floor(from / MINUTE) + 1) * MINUTE);
  for (const last = search.year + YEARS_AHEAD; search.year <= last; ) {
    if (search.toMonth() && search.toDay() && search.toHour() && search.toMinute()) return search.at;
  }
  return undefined;
}

/**
 * Goes forward by the steps of robfig/cron, because these decide which times are left out or repeated when the clocks are set. Each
 * method returns false when a larger unit has to be looked at again.
 */
class Search {
  readonly #schedule: ClockSchedule;
  readonly #zone: TimeZone;
  /** True once the time is at the begin of a unit. */
  #isAligned = false;
  at: number;
  /** What the clocks show, and when: most steps ask twice. */
  #last: { readonly at: number; readonly shown: ClockTime } | undefined;

  constructor(schedule: ClockSchedule, zone: TimeZone, at: number) {
    this.#schedule = schedule;
    this.#zone = zone;
    this.at = at;
  }

  get #moved(): number {
    return this.at + this.#zone.offsetAt(this.at);
  }

  get #shown(): ClockTime {
    if (this.#last?.at !== this.at) this.#last = { at: this.at, shown: clockTime(this.#moved) };
    return this.#last.shown;
  }

  get year(): number {
    return new Date(this.#moved).getUTCFullYear();
  }

  toMonth(): boolean {
    while (!this.#schedule.months.has(this.#shown.month)) {
      this.#align({ day: 1, hour: 0 });
      this.#set({ month: this.#shown.month + 1 });
      if (this.#shown.month === 1) return false;
    }
    return true;
  }

  toDay(): boolean {
    while (!hasDay(this.#schedule, this.#shown)) {
      this.#align({ hour: 0 });
      this.#set({ day: this.#shown.day + 1 });
      const { hour } = this.#shown;
      // The clocks skip midnight, or repeat the hour before it.
      if (hour !== 0) this.at += (hour > 12 ? 24 - hour : -hour) * HOUR;
      if (this.#shown.day === 1) return false;
    }
    return true;
  }

  toHour(): boolean {
    while (!this.#schedule.hours.has(this.#shown.hour)) {
      this.#align({});
      this.at += HOUR;
      if (this.#shown.hour === 0) return false;
    }
    return true;
  }

  toMinute(): boolean {
    while (!this.#schedule.minutes.has(this.#shown.minute)) {
      this.#isAligned = true;
      this.at += MINUTE;
      if (this.#shown.minute === 0) return false;
    }
    return true;
  }

  #align(change: Partial<ClockTime>): void {
    if (!this.#isAligned) this.#set({ ...change, minute: 0 });
    this.#isAligned = true;
  }

  /** Sets what the clocks show. A time that they skip is moved by their change (`time.go: Date`, Go 1.24). */
  #set(change: Partial<ClockTime>): void {
    const { offsetAt } = this.#zone;
    const { month, day, hour, minute } = { ...this.#shown, ...change };
    const moved = Date.UTC(this.year, month - 1, day, hour, minute);
    this.at = moved - offsetAt(moved - offsetAt(moved));
  }
}
