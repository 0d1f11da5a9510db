import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { isHostUnit, logNamespaceOf } from "../../unitfile/names.ts";

const EXPORT = ["--output=export", "--output-fields=MESSAGE,_LINE_BREAK,_STREAM_ID,_SYSTEMD_INVOCATION_ID"];
const MAX_STDERR_LENGTH = 1000;
const STDBUF = "/usr/bin/stdbuf";

/** The most bytes of the line with the cursor, which has less than 200. */
const CURSOR_LINE_BYTES = 1000;

/** The start of a read: at a cursor, after a cursor, or at a time in seconds since the epoch. */
export type Position = { readonly at: string } | { readonly after: string } | { readonly since: number };

/** A read of the entries of a container's unit. */
export interface JournalQuery {
  readonly unit: string;
  readonly position: Position;
  /** Newest first. */
  readonly reverse?: boolean;
  /** More matches, such as `_BOOT_ID=…`. Those of one field are alternatives. */
  readonly matches?: readonly string[];
}

/**
 * Yields what the processes of a unit have written to their standard streams, in journalctl's export format. `signal` ends
 * it without an error. The child process ends with the generator. Throws when journalctl fails.
 */
export async function* readJournal(
  { unit, position, reverse = false, matches = [] }: JournalQuery,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const options = [...EXPORT, ...(reverse ? ["--reverse"] : []), positionOption(position)];
  yield* runProgram(["journalctl", ...argumentsFor(unit, options), ...matches], signal);
}

/** A read of messages alone. */
export interface MessagesQuery {
  readonly unit: string;
  readonly invocation: string;
  /** The cursor of the entry before the first one. */
  readonly after: string;
  /** Microseconds since the epoch. journalctl stops at the first entry with a later time. */
  readonly until: number;
}

export interface MessagesEnd {
  /**
   * The cursor at which journalctl has stopped: that of the last entry or, in some versions, of the entry with a later time;
   * undefined when journalctl was at no entry.
   */
  readonly cursor?: string;
  readonly bytes: number;
}

/** Yields the messages of an invocation, each with a newline. */
export async function* readMessages(
  { unit, invocation, after, until }: MessagesQuery,
  signal: AbortSignal,
): AsyncGenerator<Buffer, MessagesEnd> {
  const times = [positionOption({ after }), `--until=@${(until / 1e6).toFixed(6)}`];
  const args = [...argumentsFor(unit, ["--output=cat", "--show-cursor", ...times]), invocationMatch(invocation)];
  // Each write of journalctl, by default of 4 KiB, costs this process as much CPU as journalctl itself takes for it.
  const command = existsSync(STDBUF) ? [STDBUF, "--output=64K", "journalctl", ...args] : ["journalctl", ...args];
  let held: Buffer = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of runProgram(command, signal)) {
    const data = Buffer.concat([held, chunk]);
    const end = Math.max(0, data.length - CURSOR_LINE_BYTES);
    held = data.subarray(end);
    bytes += end;
    if (end > 0) yield data.subarray(0, end);
  }
  const [line = "", cursor] = /(?<=^|\n)-- cursor: (\S+)\n$/.exec(held.toString("latin1")) ?? [];
  const rest = held.subarray(0, held.length - line.length);
  if (rest.length > 0) yield rest;
  return { bytes: bytes + rest.length, ...(cursor === undefined ? {} : { cursor }) };
}

/** Returns the match for the entries of one invocation of a unit. */
export function invocationMatch(invocation: string): string {
  return `_SYSTEMD_INVOCATION_ID=${invocation}`;
}

function argumentsFor(unit: string, options: readonly string[]): string[] {
  // A service of the host may write to syslog.
  if (isHostUnit(unit)) return ["--quiet", "--no-pager", ...options, `_SYSTEMD_UNIT=${unit}`];
  const matches = [`_SYSTEMD_UNIT=${unit}`, "_TRANSPORT=stdout"];
  // The plus adds the journal of the host, which has the lines of a container that an earlier version started.
  return [`--namespace=+${logNamespaceOf(unit)}`, "--quiet", "--no-pager", ...options, ...matches];
}

async function* runProgram([program = "", ...args]: readonly string[], signal: AbortSignal): AsyncGenerator<Buffer> {
  if (signal.aborted) return;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env.PATH } });
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
