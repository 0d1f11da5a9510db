import { spawn } from "node:child_process";
import { once } from "node:events";

const QUERY = [
  "--quiet",
  "--no-pager",
  "--output=export",
  "--output-fields=MESSAGE,_LINE_BREAK,_STREAM_ID,_SYSTEMD_INVOCATION_ID",
];
const MAX_STDERR_LENGTH = 1000;
const SYNC_TIMEOUT_MS = 5000;

/** Where reading begins: at an entry, after an entry, or at a time in seconds since the epoch. */
export type Position = { readonly at: string } | { readonly after: string } | { readonly since: number };

export interface JournalQuery {
  readonly unit: string;
  readonly position: Position;
  /** Newest first. */
  readonly reverse?: boolean;
}

/**
 * What the processes of a unit have written to their standard streams, in journalctl's export format. Ends early, without
 * an error, when `signal` says so. The child never outlives the reading.
 */
export async function* readJournal(
  { unit, position, reverse = false }: JournalQuery,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  if (signal.aborted) return;
  const options = reverse ? ["--reverse"] : [];
  const words = [...QUERY, ...options, positionOption(position), `_SYSTEMD_UNIT=${unit}`, "_TRANSPORT=stdout"];
  const child = spawn("journalctl", words, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env.PATH } });
  const stop = () => child.kill();
  signal.addEventListener("abort", stop);
  let complaint = "";
  child.stderr.on("data", (text: Buffer) => {
    complaint = (complaint + text).slice(0, MAX_STDERR_LENGTH);
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
  if (code !== 0 && !signal.aborted) throw new Error(`journalctl failed: ${complaint.trim() || `exit status ${code}`}`);
}

function positionOption(position: Position): string {
  if ("at" in position) return `--cursor=${position.at}`;
  if ("after" in position) return `--after-cursor=${position.after}`;
  return `--since=@${position.since.toFixed(6)}`;
}

/** Returns when journald has taken in what was written before this call, or does not answer. */
export async function syncJournal(): Promise<void> {
  const child = spawn("journalctl", ["--sync"], { stdio: "ignore", timeout: SYNC_TIMEOUT_MS });
  await once(child, "close").catch(() => undefined);
}
