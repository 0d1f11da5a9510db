/**
 * The lowest priority of each band. At a shutdown, pods of a higher band stop after those of the lower ones. Priorities
 * below 0 are a band, too.
 */
export const PRIORITY_BANDS: readonly number[] = [0, 1, 1000, 1_000_000, 2_000_000_000, 2_000_001_000];

/** Returns the target that stops after all pods below this band, and before those in it. */
export function bandTarget(band: number): string {
  return `unitlet-priority-${band}.target`;
}

/** The unit that stops first and the one that stops last. Each of them writes the state to the API server. */
export const SHUTDOWN_BEGIN = "unitlet-shutdown-begin.service";
export const SHUTDOWN_END = "unitlet-shutdown-end.service";

/** The unit that ends containers which ask systemd for more time than their grace period. */
const SHUTDOWN_DEADLINE = "unitlet-shutdown-deadline.service";

/** The units that must be active at a shutdown. None of them has a process before. */
export const SHUTDOWN_UNITS: readonly string[] = [
  SHUTDOWN_BEGIN,
  SHUTDOWN_DEADLINE,
  SHUTDOWN_END,
  ...PRIORITY_BANDS.map(bandTarget),
];
