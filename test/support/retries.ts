/** How often helpers may repeat a failed action in one test file. One more fails the file: a bug that shows every second time must not hide. */
export const RETRY_BUDGET = Number(process.env.UNITLET_RETRY_BUDGET ?? 2);

// Vitest loads every module anew for each test file, so this list is the file's own.
const retries: string[] = [];

/** Records that `what` failed and is done once more. Every helper that repeats an action calls this; waiting with `until` is no retry. */
export function countRetry(what: string, cause: string): void {
  retries.push(`${what}: ${cause.trim().split("\n")[0]}`);
}

/** The retries of this test file so far. */
export function countedRetries(): readonly string[] {
  return retries;
}

/** Runs `action`, and once more when it fails in a way that `isTransient` accepts. */
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
