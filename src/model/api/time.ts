/** Milliseconds since the epoch. Every pure stage gets `now` as an argument. */
export type Instant = number;

/** Returns RFC 3339 with whole seconds, the format of `metav1.Time`. */
export function toTimestamp(at: Instant): string {
  return `${new Date(Math.floor(at / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** Returns the instant of a timestamp in RFC 3339; NaN for any other text. */
export function fromTimestamp(text: string): Instant {
  return Date.parse(text);
}
