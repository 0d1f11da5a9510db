import { CliError } from "../failure.ts";

/**
 * Calls `work` with each item, and returns what it returns; an item that fails keeps no other from its turn. Throws CliError with
 * the reasons of all failures, or that of an interrupt at once.
 */
export async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const failures: string[] = [];
  for (const item of items) {
    try {
      results.push(await work(item));
    } catch (error) {
      if (!(error instanceof CliError) || error.status !== 1) throw error;
      failures.push(error.message);
    }
  }
  if (failures.length > 0) throw new CliError(failures.join("\n"));
  return results;
}
