import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import type { Instant } from "../../model/api/time.ts";

const MAX_FIELD_BYTES = 16 * 1024 * 1024;

/** Longest time that one question may take. */
const TIMEOUT_MS = 30_000;

/** What journalctl is asked for; names of units are without anything that it would expand. */
export interface JournalQuestion {
  readonly units: readonly string[];
  readonly since?: Instant;
  readonly until?: Instant;
  readonly lines?: number;
  /** A regular expression as PCRE2 has it. */
  readonly pattern?: string;
  /** 0 for this boot, -1 for the one before. */
  readonly boot?: number;
}

/** The units of which the journal has anything. */
export async function unitsInJournal(): Promise<ReadonlySet<string>> {
  const words = ["--quiet", "--no-pager", "--field=_SYSTEMD_UNIT"];
  const { stdout } = await promisify(execFile)("journalctl", words, {
    maxBuffer: MAX_FIELD_BYTES,
    timeout: TIMEOUT_MS,
  });
  return new Set(stdout.split("\n"));
}

/** What journalctl prints for people, complaints and all, and no longer than half a minute. The child never outlives the reading. */
export async function* printJournal(question: JournalQuestion, signal: AbortSignal): AsyncGenerator<Buffer> {
  const both = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  if (both.aborted) return;
  const child = spawn("sh", ["-c", 'exec journalctl "$@" 2>&1', "sh", ...errorMessage(question)], {
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

export function errorMessage({ units, since, until, lines, pattern, boot }: JournalQuestion): string[] {
  return [
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
