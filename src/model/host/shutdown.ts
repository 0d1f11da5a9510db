/** Pods of a higher band outlast those of the lower ones when the host goes down. The first of a band; below 0 is a band, too. */
export const PRIORITY_BANDS: readonly number[] = [0, 1, 1000, 1_000_000, 2_000_000_000, 2_000_001_000];

/** Stops when all pods below this band have stopped, and before those in it do. */
export function bandTarget(band: number): string {
  return `unitlet-priority-${band}.target`;
}

/** The first to stop, and the last: each tells the API server how things are. */
export const SHUTDOWN_BEGIN = "unitlet-shutdown-begin.service";
export const SHUTDOWN_END = "unitlet-shutdown-end.service";

/** What has to be up for a shutdown to take that order. None of them is a process. */
export const SHUTDOWN_UNITS: readonly string[] = [SHUTDOWN_BEGIN, SHUTDOWN_END, ...PRIORITY_BANDS.map(bandTarget)];
