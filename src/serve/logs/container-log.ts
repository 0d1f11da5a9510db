import { askHelper } from "../../io/api-helper.ts";
import { type Position, readJournal } from "../../io/journal/journal.ts";
import { ExportReader, type JournalEntry } from "../../io/journal/journal-export.ts";
import { JournalNotifier } from "../../io/journal/journal-notifier.ts";
import { onEnd, runningInvocation } from "../../io/systemd/invocations.ts";
import type { Instant } from "../../model/api/time.ts";
import type { Instance } from "./instance.ts";
import { CLOCK_TOLERANCE_MS, instanceFilter } from "./instance-filter.ts";
import { LogFormat } from "./log-format.ts";
import type { LogOptions } from "./log-options.ts";
import { firstLines, tailPosition } from "./tail.ts";

/**
 * The time after which journald has stored all output of an ended instance, even when the host was stalled for a while.
 */
const JOURNAL_SYNC_WINDOW_MS = 60_000;

/** The notifier of all followers in this process. */
const notifier = new JournalNotifier();

/** Yields the log of one instance in the kubelet's format (`log-format.ts`). With `follow` it ends with the instance. */
export async function* containerLog(
  instance: Instance,
  options: LogOptions,
  now: Instant,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const format = new LogFormat(options);
  const { follow, tailLines } = options;
  const entriesRead = read(instance, options, now, signal);
  // A container may write more lines after the position of the tail is found (cri-client's `logs.go: ReadLogs`, v0.36).
  for await (const entries of follow || tailLines === undefined ? entriesRead : firstLines(entriesRead, tailLines)) {
    const chunk = format.format(entries);
    if (chunk.length > 0) yield chunk;
    if (format.isFull) return;
  }
}

async function* read(
  instance: Instance,
  { follow, since = 0, tailLines }: LogOptions,
  now: Instant,
  signal: AbortSignal,
): AsyncGenerator<JournalEntry[]> {
  const { unit, from, ended = now } = instance;
  const isOn = isRunning(instance);
  if (!isOn && now - ended < JOURNAL_SYNC_WINDOW_MS) await syncJournal(unit);
  if (tailLines === 0 && !(follow && isOn)) return;
  const earliest: Position = { since: Math.max(0, from - CLOCK_TOLERANCE_MS, since) / 1000 };
  const backwards = journal({ unit, position: earliest, reverse: true, isOwn: instanceFilter(instance) }, signal);
  let position = (tailLines === undefined ? undefined : await tailPosition(backwards, tailLines)) ?? earliest;
  const isOwn = instanceFilter(instance);
  const readForward = async function* () {
    for await (const entries of journal({ unit, position, reverse: false, isOwn }, signal)) {
      const last = entries.at(-1);
      if (last !== undefined) position = { after: last.cursor };
      yield entries.filter(({ at }) => at >= since * 1000);
    }
  };
  if (follow && isOn) yield* whileRunning(instance, signal, readForward);
  yield* readForward();
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
  readForward: () => AsyncGenerator<JournalEntry[]>,
): AsyncGenerator<JournalEntry[]> {
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

interface JournalQuery {
  readonly unit: string;
  readonly position: Position;
  readonly reverse: boolean;
  /** True for an entry of the instance. */
  readonly isOwn: (entry: JournalEntry) => boolean;
}

async function* journal(query: JournalQuery, signal: AbortSignal): AsyncGenerator<JournalEntry[]> {
  const { unit, position, reverse, isOwn } = query;
  const reader = new ExportReader();
  for await (const chunk of readJournal({ unit, position, reverse }, signal)) {
    const entries = reader.push(chunk).filter(isOwn);
    if (entries.length > 0) yield entries;
  }
}
