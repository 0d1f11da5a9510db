import { spawn } from "node:child_process";
import { once } from "node:events";
import { logNamespaceOf } from "../../unitfile/names.ts";

const QUERY = [
  "--quiet",
  "--no-pager",
  "--output=export",
  "--output-fields=MESSAGE,_LINE_BREAK,_STREAM_ID,_SYSTEMD_INVOCATION_ID",
];
const MAX_STDERR_LENGTH = 1000;

/** The start of a read: at a cursor, after a cursor, or at a time in seconds since the epoch. */
export type Position = { readonly at: string } | { readonly after: string } | { readonly since: number };

/** A read of the entries of a container's unit. */
export interface JournalQuery {
  readonly unit: string;
  readonly position: Position;
  /** Newest first. */
  readonly reverse?: boolean;
}

/**
 * Yields what the processes of a unit have written to their standard streams, in journalctl's export format. `signal` ends
 * it without an error. The child process ends with the generator. Throws when journalctl fails.
 */
export async function* readJournal(
  { unit, position, reverse = false }: JournalQuery,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  if (signal.aborted) return;
  const options = reverse ? ["--reverse"] : [];
  const match = [`_SYSTEMD_UNIT=${unit}`, "_TRANSPORT=stdout"];
  // The plus adds the journal of the host, which has the lines of a container that an earlier version started.
  const args = [`--namespace=+${logNamespaceOf(unit)}`, ...QUERY, ...options, positionOption(position), ...match];
  const child = spawn("journalctl", args, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env.PATH } });
  const stop = () => child.kill();
  signal.addEventListener("abort", stop);
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => {
    stderr = (stderr + text).slice(0, MAX_STDERR_LENGTH);
  });
  const closed = once(child, "close") as Promise<[number | null, string | null]>;
  // Awaited below; a rejection before that must not end the process.
  closed.catch(() => undefined);
  let isRead = false;
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    isRead = true;
  } finally {
    signal.removeEventListener("abort", stop);
    if (!isRead) stop();
  }
  const [code] = await closed;
  if (code !== 0 && !signal.aborted) throw new Error(`journalctl failed: ${stderr.trim() || `exit status ${code}`}`);
}

function positionOption(position: Position): string {
  if ("at" in position) return `--cursor=${position.at}`;
  if ("after" in position) return `--after-cursor=${position.after}`;
  return `--since=@${position.since.toFixed(6)}`;
}
