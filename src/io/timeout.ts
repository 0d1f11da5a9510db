/** The time in milliseconds in which events are handled that arrived while this process was stalled. */
const GRACE_MS = 100;

/** A timer of Node with more milliseconds fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls `late` after `limit` milliseconds, unless the returned function was called before. In a process that was stalled, a
 * plain timer fires before the data that arrived meanwhile is read. It would report a timeout although the peer was in time.
 */
export function onTimeout(limit: number, late: () => void): () => void {
  let timer = setTimeout(
    () => {
      timer = setTimeout(late, GRACE_MS);
    },
    Math.min(limit, MAX_TIMER_MS),
  );
  return () => clearTimeout(timer);
}
