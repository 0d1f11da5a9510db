import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import type { Instant } from "../../model/api/time.ts";

const MAX_FIELD_BYTES = 16 * 1024 * 1024;

/** The longest time of one query. */
const TIMEOUT_MS = 30_000;

/** The filters of a query. Names of units must not contain characters of a pattern. */
export interface JournalFilter {
  readonly units: readonly string[];
  readonly since?: Instant;
  readonly until?: Instant;
  readonly lines?: number;
  /** A regular expression in the syntax of PCRE2. */
  readonly pattern?: string;
  /** The boot: 0 is this one, -1 the one before. */
  readonly boot?: number;
}

/** Returns the units that have entries in the journal. Throws when journalctl fails. */
export async function unitsInJournal(): Promise<ReadonlySet<string>> {
  const args = ["--namespace=*", "--quiet", "--no-pager", "--field=_SYSTEMD_UNIT"];
  const { stdout } = await promisify(execFile)("journalctl", args, {
    maxBuffer: MAX_FIELD_BYTES,
    timeout: TIMEOUT_MS,
  });
  return new Set(stdout.split("\n"));
}

/** Yields the output of journalctl with its error messages, for 30 s at most. The child process ends with the generator. */
export async function* printJournal(filter: JournalFilter, signal: AbortSignal): AsyncGenerator<Buffer> {
  const both = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  if (both.aborted) return;
  const child = spawn("sh", ["-c", 'exec journalctl "$@" 2>&1', "sh", ...journalArguments(filter)], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { PATH: process.env.PATH },
  });
  const stop = () => child.kill();
  both.addEventListener("abort", stop);
  child.on("error", stop);
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
  } finally {
    both.removeEventListener("abort", stop);
    stop();
  }
}

/** Returns the arguments of journalctl for a query. */
export function journalArguments({ units, since, until, lines, pattern, boot }: JournalFilter): string[] {
  return [
    // The output of containers is in namespaces of the journal.
    "--namespace=*",
    "--utc",
    "--no-pager",
    "--output=short-precise",
    ...(since === undefined ? [] : [`--since=@${since / 1000}`]),
    ...(until === undefined ? [] : [`--until=@${until / 1000}`]),
    ...(lines === undefined ? [] : [`--lines=${lines}`]),
    ...units.map((unit) => `--unit=${unit}`),
    ...(pattern === undefined ? [] : [`--grep=${pattern}`]),
    ...(boot === undefined ? [] : [`--boot=${boot}`]),
  ];
}
