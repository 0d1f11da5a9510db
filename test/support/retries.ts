/** The number of retries in one test file. More of them fail the file, because they may hide an intermittent bug. */
export const RETRY_BUDGET = Number(process.env.UNITLET_RETRY_BUDGET ?? 2);

// Vitest loads each module once per test file, so every file has its own list.
const retries: string[] = [];

/** Records the retry of a failed action. Each helper that repeats an action calls this. Polling with `until` is no retry. */
export function countRetry(what: string, cause: string): void {
  retries.push(`${what}: ${cause.trim().split("\n")[0]}`);
}

/** Returns the retries of this test file so far. */
export function countedRetries(): readonly string[] {
  return retries;
}

/**
 * Runs `action`, and repeats it after an error for which `isTransient` returns true, `times` times at most. Throws the other errors.
 * Several repetitions of one action count as one retry, because they have one cause: a computer that stalls.
 */
export async function retry<T>(
  what: string,
  action: () => Promise<T>,
  isTransient: (error: Error) => boolean | Promise<boolean>,
  times = 1,
): Promise<T> {
  for (let left = times; ; left -= 1) {
    try {
      return await action();
    } catch (error) {
      if (left === 0 || !(await isTransient(error as Error))) throw error;
      if (left === times) countRetry(what, (error as Error).message);
    }
  }
}
