import { EX_USAGE } from "../model/exit-status.ts";
import { CliError } from "./failure.ts";
import type { OutputMode } from "./progress.ts";

/** The options of each command that shows its progress, for parseArgs. */
export const PROGRESS_OPTIONS = { quiet: { type: "boolean", short: "q" }, json: { type: "boolean" } } as const;

/** Returns what the options ask for. Throws CliError when both are given. */
export function outputMode(values: { readonly quiet?: boolean; readonly json?: boolean }): OutputMode {
  if (values.quiet === true && values.json === true)
    throw new CliError("--quiet and --json: give only one of them", EX_USAGE);
  if (values.json === true) return "json";
  return values.quiet === true ? "quiet" : "text";
}
