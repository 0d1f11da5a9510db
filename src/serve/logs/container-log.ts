import { type Position, readJournal, syncJournal } from "../../io/journal/journal.ts";
import { JournalNotifier } from "../../io/journal/journal-notifier.ts";
import { onEnd, runningInvocation } from "../../io/systemd/invocations.ts";
import type { Instant } from "../../model/api/time.ts";
import type { Instance } from "./instance.ts";
import { CLOCK_TOLERANCE_MS, instanceFilter } from "./instance-filter.ts";
import { ExportReader, type JournalEntry } from "./journal-export.ts";
import { LogFormat } from "./log-format.ts";
import type { LogOptions } from "./log-options.ts";
import { tailPosition } from "./tail.ts";

/** What ended longer ago than this, journald has surely taken in, though the host stood still for a while. */
const JOURNAL_SYNC_WINDOW_MS = 60_000;

/** For all who follow in this process. */
const notifier = new JournalNotifier();

/** The log of one instance in pieces, as the kubelet would send it. With `follow` it ends when the instance has. */
export async function* containerLog(
  instance: Instance,
  options: LogOptions,
  now: Instant,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const format = new LogFormat(options);
  for await (const entries of read(instance, options, now, signal)) {
    const piece = format.format(entries);
    if (piece.length > 0) yield piece;
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
  if (!isOn && now - ended < JOURNAL_SYNC_WINDOW_MS) await syncJournal();
  if (tailLines === 0 && !(follow && isOn)) return;
  const earliest: Position = { since: Math.max(0, from - CLOCK_TOLERANCE_MS, since) / 1000 };
  const backwards = journal({ unit, position: earliest, reverse: true, isOwn: instanceFilter(instance) }, signal);
  let position = (tailLines === undefined ? undefined : await tailPosition(backwards, tailLines)) ?? earliest;
  const isOwn = instanceFilter(instance);
  const onward = async function* () {
    for await (const entries of journal({ unit, position, reverse: false, isOwn }, signal)) {
      const last = entries.at(-1);
      if (last !== undefined) position = { after: last.cursor };
      yield entries.filter(({ at }) => at >= since * 1000);
    }
  };
  if (follow && isOn) yield* whileRunning(instance, signal, onward);
  yield* onward();
}

function isRunning({ unit, invocation }: Instance): boolean {
  return runningInvocation(unit) === invocation;
}

/** Reads what there is whenever there is something; when this ends, journald knows all that the instance has written. */
async function* whileRunning(
  instance: Instance,
  signal: AbortSignal,
  onward: () => AsyncGenerator<JournalEntry[]>,
): AsyncGenerator<JournalEntry[]> {
  const listener = notifier.listen(instance.unit);
  const notify = () => listener.notify();
  const cancel = onEnd(instance.unit, instance.invocation, notify);
  signal.addEventListener("abort", notify);
  try {
    while (isRunning(instance) && !signal.aborted) {
      yield* onward();
      await listener.next();
    }
    if (!signal.aborted) await syncJournal();
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
  for await (const piece of readJournal({ unit, position, reverse }, signal)) {
    const entries = reader.push(piece).filter(isOwn);
    if (entries.length > 0) yield entries;
  }
}
