import { askHelper } from "../../io/api-helper.ts";
import { type Position, readJournal } from "../../io/journal/journal.ts";
import { ExportReader, type JournalEntry } from "../../io/journal/journal-export.ts";
import { JournalNotifier } from "../../io/journal/journal-notifier.ts";
import { onEnd, runningInvocation } from "../../io/systemd/invocations.ts";
import type { Instant } from "../../model/api/time.ts";
import type { Instance } from "./instance.ts";
import { CLOCK_TOLERANCE_MS, instanceFilter } from "./instance-filter.ts";
import { LogCopy } from "./log-copy.ts";
import type { LogOptions } from "./log-options.ts";
import { tailPosition } from "./tail.ts";

/**
 * The time after which journald has stored all output of an ended instance, even when the host was stalled for a while.
 */
const JOURNAL_SYNC_WINDOW_MS = 60_000;

/** The notifier of all followers in this process. */
const notifier = new JournalNotifier();

/** Yields the log of one instance in the kubelet's format (`log-copy.ts`). With `follow` it ends with the instance. */
export async function* containerLog(
  instance: Instance,
  options: LogOptions,
  now: Instant,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const { follow, tailLines } = options;
  // A container may write more lines after the position of the tail is found (cri-client's `logs.go: ReadLogs`, v0.36).
  const limits = follow || tailLines === undefined ? {} : { lines: tailLines };
  const copy = new LogCopy(instanceFilter(instance), { ...options, ...limits });
  for await (const text of read(instance, options, now, { copy, signal })) {
    yield text;
    if (copy.isFull) return;
  }
}

interface Reading {
  readonly copy: LogCopy;
  readonly signal: AbortSignal;
}

async function* read(
  instance: Instance,
  { follow, since = 0, tailLines }: LogOptions,
  now: Instant,
  { copy, signal }: Reading,
): AsyncGenerator<Buffer> {
  const { unit, from, ended = now } = instance;
  const isOn = isRunning(instance);
  if (!isOn && now - ended < JOURNAL_SYNC_WINDOW_MS) await syncJournal(unit);
  if (tailLines === 0 && !(follow && isOn)) return;
  const earliest: Position = { since: Math.max(0, from - CLOCK_TOLERANCE_MS, since) / 1000 };
  const newestFirst = readEntries(instance, earliest, signal);
  const start = (tailLines === undefined ? undefined : await tailPosition(newestFirst, tailLines)) ?? earliest;
  const readForward = () => copyJournal(unit, start, copy, signal);
  if (follow && isOn) yield* whileRunning(instance, signal, readForward);
  yield* readForward();
}

/** Yields the entries of an instance from `position` on, newest first. */
async function* readEntries(
  instance: Instance,
  position: Position,
  signal: AbortSignal,
): AsyncGenerator<JournalEntry[]> {
  const reader = new ExportReader();
  const isOwn = instanceFilter(instance);
  for await (const chunk of readJournal({ unit: instance.unit, position, reverse: true }, signal)) {
    const entries = reader.push(chunk).filter(isOwn);
    if (entries.length > 0) yield entries;
  }
}

/** Yields what the entries add to the log, from `start` or from the last entry that was copied, until now or until a limit. */
async function* copyJournal(unit: string, start: Position, copy: LogCopy, signal: AbortSignal): AsyncGenerator<Buffer> {
  copy.restart();
  const position = copy.cursor === undefined ? start : { after: copy.cursor };
  for await (const chunk of readJournal({ unit, position }, signal)) {
    const text = copy.copy(chunk);
    if (text.length > 0) yield text;
    if (copy.isFull) return;
  }
}

/** Waits until journald has stored what a unit wrote before this call, for 5 s at most. Only root may ask journald for that. */
async function syncJournal(unit: string): Promise<void> {
  await askHelper(`sync-journal ${unit}`).catch(() => undefined);
}

function isRunning({ unit, invocation }: Instance): boolean {
  return runningInvocation(unit) === invocation;
}

/** Reads new entries at each notification. At the end journald has stored all output of the instance. */
async function* whileRunning(
  instance: Instance,
  signal: AbortSignal,
  readForward: () => AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer> {
  const listener = notifier.listen(instance.unit);
  const notify = () => listener.notify();
  const cancel = onEnd(instance.unit, instance.invocation, notify);
  signal.addEventListener("abort", notify);
  try {
    while (isRunning(instance) && !signal.aborted) {
      yield* readForward();
      await listener.next();
    }
    if (!signal.aborted) await syncJournal(instance.unit);
  } finally {
    cancel();
    signal.removeEventListener("abort", notify);
    notifier.unlisten(listener);
  }
}
