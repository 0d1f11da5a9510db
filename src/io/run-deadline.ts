/** The deadline in milliseconds since this process started. systemd ends a run after 20 s, and a run handles other pods too. */
const RUN_DEADLINE_MS = 8000;

/** True when a run has no time left for work that grows with the number of a pod's files. The next run continues it. */
export function isPastDeadline(): boolean {
  return performance.now() > RUN_DEADLINE_MS;
}
