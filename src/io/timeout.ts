/** The time in milliseconds in which events are handled that arrived while this process was stalled. */
const GRACE_MS = 100;

/**
 * Calls `late` after `limit` milliseconds, unless the returned function was called before. A plain timer of a stalled
 * process fires before the data that arrived meanwhile is read, and so reports a timeout of the peer that was none.
 */
export function onTimeout(limit: number, late: () => void): () => void {
  let timer = setTimeout(() => {
    timer = setTimeout(late, GRACE_MS);
  }, limit);
  return () => clearTimeout(timer);
}
