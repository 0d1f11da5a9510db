import type { Schedule } from "../../model/cron/schedule.ts";
import type { TimeZone } from "../../model/cron/time-zone.ts";
import { nextTime } from "./next-time.ts";

const MINUTE = 60_000;

/** Above this number of missed times the controller warns (`cronjob/utils.go: mostRecentScheduleTime`, v1.36). */
const MANY = 100;

export interface Missed {
  /** The last time of the schedule. */
  readonly at: number;
  /** More than 100 times have passed. */
  readonly isMany: boolean;
}

/** Returns the last time of a schedule after `from` and not after `now`; undefined when there is none. */
export function missedTime(schedule: Schedule, zone: TimeZone, from: number, now: number): Missed | undefined {
  const first = nextTime(schedule, zone, from);
  if (first === undefined || first > now) return undefined;
  if (schedule.kind === "interval") {
    const later = Math.floor((now - first) / 1000 / schedule.seconds);
    return { at: first + later * schedule.seconds * 1000, isMany: later >= MANY };
  }
  const next = (after: number) => nextTime(schedule, zone, after) ?? Number.POSITIVE_INFINITY;
  return { at: lastUntil(next, first, now), isMany: hasMany(next, first, now) };
}

/** Looks back over spans that double, because years of minutes take too long one by one. */
function lastUntil(next: (after: number) => number, first: number, now: number): number {
  for (let span = MINUTE; now - span > first; span *= 2) {
    const found = next(now - span);
    if (found <= now) return lastAfter(next, found, now);
  }
  return lastAfter(next, first, now);
}

function lastAfter(next: (after: number) => number, from: number, now: number): number {
  let last = from;
  for (let at = next(last); at <= now; at = next(at)) last = at;
  return last;
}

function hasMany(next: (after: number) => number, first: number, now: number): boolean {
  let at = first;
  for (let count = 1; count <= MANY; count++) {
    at = next(at);
    if (at > now) return false;
  }
  return true;
}
