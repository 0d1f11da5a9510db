import { fromTimestamp, type Instant } from "../../model/api/time.ts";

/** Returns a duration (milliseconds) in two or three figures, as kubectl prints ages (`duration.go: HumanDuration`, v0.36). */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 120) return `${Math.max(0, seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return parts(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return parts(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return parts(days, "d", hours % 24, "h");
  if (days < 2 * 365) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? parts(years, "y", days % 365, "d") : `${years}y`;
}

/** Returns how long ago a timestamp is; `<unknown>` without one. */
export function ageOf(timestamp: string | null | undefined, now: Instant): string {
  const then = fromTimestamp(timestamp ?? "");
  return Number.isNaN(then) ? "<unknown>" : humanDuration(now - then);
}

function parts(major: number, one: string, minor: number, other: string): string {
  return minor === 0 ? `${major}${one}` : `${major}${one}${minor}${other}`;
}
