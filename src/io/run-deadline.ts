/** Milliseconds since this process began. systemd ends a run after twenty seconds, and other pods are to be looked after in it. */
const RUN_DEADLINE_MS = 8000;

/** Whether a run has no time left for what takes as long as a pod has files: the next one goes on with it. */
export function isPastDeadline(): boolean {
  return performance.now() > RUN_DEADLINE_MS;
}
