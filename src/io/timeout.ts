/** Milliseconds in which is heard what came while this process could not run. */
const GRACE_MS = 100;

/**
 * Calls `late` when nobody has called the function that it returns within `limit` milliseconds. A plain timer of a process that was
 * itself stopped (a paused machine, a starved one) goes off before what came meanwhile is read, and blames the other side.
 */
export function onTimeout(limit: number, late: () => void): () => void {
  let timer = setTimeout(() => {
    timer = setTimeout(late, GRACE_MS);
  }, limit);
  return () => clearTimeout(timer);
}
