import { CliError } from "../failure.ts";
import { print } from "../output.ts";

/**
 * Calls `work` with each item and prints what it returns; an item that fails keeps no other from its turn. Returns "". Throws
 * CliError with the reasons of all failures, or that of an interrupt at once.
 */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<string>): Promise<string> {
  const failures: string[] = [];
  for (const item of items) {
    try {
      print(await work(item));
    } catch (error) {
      if (!(error instanceof CliError) || error.status !== 1) throw error;
      failures.push(error.message);
    }
  }
  if (failures.length > 0) throw new CliError(failures.join("\n"));
  return "";
}
