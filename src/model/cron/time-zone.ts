import type { ClockTime } from "./schedule.ts";

const DAY = 86_400_000;
const MINUTE = 60_000;

/** A moment at which the clocks of a zone are set. Times are in milliseconds since the epoch, offsets in milliseconds. */
export interface ClockChange {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** The offsets of a zone from UTC. */
export interface TimeZone {
  readonly name: string;
  offsetAt(time: number): number;
}

/**
 * Returns the time zone; undefined for a name that the API server refuses (`batch/validation/validation.go:
 * validateTimeZone`, v1.36). Names have upper and lower case, as files of a host do.
 */
export function timeZone(name: string): TimeZone | undefined {
  const parts = name.split("/");
  // Each part begins with a capital letter. JavaScript resolves an alias such as us/eastern to its zone in any case.
  if (!parts.every((part) => /^[A-Z][A-Za-z._0-9+-]{0,13}$/.test(part))) return undefined;
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
    const known = format.resolvedOptions().timeZone;
    if (known !== name && known.toLowerCase() === name.toLowerCase()) return undefined;
    return { name, offsetAt: kept((time) => offsetOf(format, time)) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** All clocks are set at whole quarters of an hour of UTC. */
const QUARTER = 15 * MINUTE;

/**
 * Returns a function that computes each offset once, because a search for the next time asks for hundreds. No zone sets its clocks
 * twice within a day of UTC.
 */
function kept(offsetAt: TimeZone["offsetAt"]): TimeZone["offsetAt"] {
  const known = new Map<number, number>();
  const once = (time: number) => {
    const offset = known.get(time) ?? offsetAt(time);
    known.set(time, offset);
    return offset;
  };
  return (time) => {
    const day = Math.floor(time / DAY) * DAY;
    const offset = once(day);
    return once(day + DAY) === offset ? offset : once(Math.floor(time / QUARTER) * QUARTER);
  };
}

function offsetOf(format: Intl.DateTimeFormat, time: number): number {
  const text = format.formatToParts(time).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes, seconds = "0"] = /^GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(text) ?? [];
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
}

/** Returns the changes of the clocks within some days, to the minute. */
export function clockChanges({ offsetAt }: TimeZone, from: number, days: number): readonly ClockChange[] {
  const times = Array.from({ length: days }, (_, day) => from + day * DAY);
  return times.flatMap((start) => {
    const before = offsetAt(start);
    const after = offsetAt(start + DAY);
    if (before === after) return [];
    let [low, high] = [Math.floor(start / MINUTE), Math.ceil((start + DAY) / MINUTE)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(middle * MINUTE) === before) low = middle;
      else high = middle;
    }
    return [{ at: high * MINUTE, before, after }];
  });
}

/** Returns what the clocks show at a time that is moved by their offset. */
export function clockTime(moved: number): ClockTime {
  const date = new Date(moved);
  return {
    ...{ minute: date.getUTCMinutes(), hour: date.getUTCHours(), day: date.getUTCDate() },
    ...{ month: date.getUTCMonth() + 1, weekday: date.getUTCDay() },
  };
}
