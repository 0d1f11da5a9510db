import { type FieldBounds, parseField, ScheduleError } from "./parse-field.ts";
import type { Schedule } from "./schedule.ts";

export type ParsedSchedule =
  | { readonly ok: true; readonly schedule: Schedule }
  /** `because` is a phrase about the field `spec.schedule`. */
  | { readonly ok: false; readonly because: string };

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: readonly FieldBounds[] = [
  { name: "minute", min: 0, max: 59, names: [] },
  { name: "hour", min: 0, max: 23, names: [] },
  { name: "day of month", min: 1, max: 31, names: [] },
  { name: "month", min: 1, max: 12, names: MONTHS },
  { name: "day of week", min: 0, max: 6, names: WEEKDAYS },
];

const MACROS: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

const EVERY = "@every ";

/**
 * Reads a schedule as the API server does (`robfig/cron parser.go: ParseStandard`, v3.0.1;
 * `batch/validation/validation.go: validateScheduleFormat`, v1.36). A library for cron accepts more, such as `L` and `7`.
 */
export function parseSchedule(text: string): ParsedSchedule {
  const refused = (because: string) => ({ ok: false, because }) as const;
  if (text.includes("TZ")) return refused("has a time zone: set spec.timeZone");
  if (text.startsWith(EVERY)) return parseEvery(text.slice(EVERY.length));
  const macro = MACROS.get(text);
  if (macro === undefined && text.startsWith("@")) return refused(`is no macro: use ${[...MACROS.keys()].join(", ")}`);
  const words = (macro ?? text).split(/\s+/).filter((word) => word !== "");
  if (words.length !== FIELDS.length) return refused(`has ${words.length} fields: expected ${FIELDS.length}`);
  try {
    return { ok: true, schedule: clockSchedule(words) };
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    return refused(`has the ${error.message}`);
  }
}

/** Throws ScheduleError. */
function clockSchedule(words: readonly string[]): Schedule {
  const [minutes, hours, daysOfMonth, months, daysOfWeek] = FIELDS.map((bounds, at) =>
    parseField(words[at] ?? "", bounds),
  );
  const none: ReadonlySet<number> = new Set();
  return {
    kind: "clock",
    minutes: minutes?.numbers ?? none,
    hours: hours?.numbers ?? none,
    daysOfMonth: daysOfMonth?.numbers ?? none,
    months: months?.numbers ?? none,
    daysOfWeek: daysOfWeek?.numbers ?? none,
    eitherDay: !daysOfMonth?.isFree && !daysOfWeek?.isFree,
  };
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ ns: 1e-9, us: 1e-6, µs: 1e-6, μs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 },
};
/** A number has one reading, so that many digits take no time. */
const PART = "(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)";
/** Go counts a duration in 63 bits of nanoseconds: 292 years. */
const MAX_SECONDS = 2 ** 63 / 1e9;
const DURATION = new RegExp(`^[+-]?(?:${PART})+$`);

/** Reads a duration of Go. robfig/cron counts whole seconds, and at least one (`constantdelay.go: Every`). */
function parseEvery(text: string): ParsedSchedule {
  const parts = DURATION.test(text) ? [...text.matchAll(new RegExp(PART, "g"))] : [];
  if (parts.length === 0 && !/^[+-]?0$/.test(text))
    return { ok: false, because: `has "${text}" after @every: expected a duration such as 1h30m` };
  const sum = parts.reduce((total, [, number, unit = ""]) => total + Number(number) * (UNITS[unit] ?? 0), 0);
  if (sum >= MAX_SECONDS)
    return { ok: false, because: "has more than 292 years after @every: write a shorter duration" };
  const seconds = text.startsWith("-") ? 1 : Math.max(1, Math.floor(sum + 1e-9));
  return { ok: true, schedule: { kind: "interval", seconds } };
}
