import { printError } from "../output.ts";

/** Tells which names have no object, and the mistakes of the directory, which may be the reason. Sets the exit status. */
export function tellMissing(missing: readonly string[], problems: readonly string[]): void {
  if (missing.length === 0) return;
  for (const message of missing) printError(message);
  for (const problem of problems) printError(`warning: ${problem}`);
  process.exitCode = 1;
}
