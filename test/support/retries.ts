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

/** Runs `action`, and repeats it once after an error for which `isTransient` returns true. Throws the other errors. */
export async function retryOnce<T>(
  what: string,
  action: () => Promise<T>,
  isTransient: (error: Error) => boolean | Promise<boolean>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(await isTransient(error as Error))) throw error;
    countRetry(what, (error as Error).message);
    return await action();
  }
}
