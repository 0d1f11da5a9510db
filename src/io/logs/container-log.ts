import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Instant } from "../../model/api/time.ts";
import { isHostUnit, logNamespaceOf } from "../../unitfile/names.ts";
import { askHelper } from "../api-helper.ts";
import { type Position, readJournal } from "../journal/journal.ts";
import { ExportReader, type JournalEntry } from "../journal/journal-export.ts";
import { JournalNotifier } from "../journal/journal-notifier.ts";
import { onEnd } from "../systemd/unit-ends.ts";
import { type Instance, isRunning } from "./instance.ts";
import { CLOCK_TOLERANCE_MS, instanceFilter } from "./instance-filter.ts";
import { JournalCopy } from "./journal-copy.ts";
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
  const { follow, tailLines, since = 0 } = options;
  const { unit, from, ended = now } = instance;
  const isOn = isRunning(instance);
  if (!isOn && now - ended < JOURNAL_SYNC_WINDOW_MS) await syncJournal(unit);
  if (tailLines === 0 && !(follow && isOn)) return;
  const earliest: Position = { since: Math.max(0, from - CLOCK_TOLERANCE_MS, since) / 1000 };
  const newestFirst = readEntries(instance, earliest, signal);
  const start = (tailLines === undefined ? undefined : await tailPosition(newestFirst, tailLines)) ?? earliest;
  const copy = new JournalCopy(instance, options, start, signal);
  if (follow && isOn) yield* whileRunning(instance, signal, copy);
  yield* copy.read();
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

/** Waits until journald has stored what a unit wrote before this call, for 5 s at most. Only root may ask journald for that. */
async function syncJournal(unit: string): Promise<void> {
  if (process.getuid?.() === 0)
    await sync(isHostUnit(unit) ? [] : [`--namespace=${logNamespaceOf(unit)}`]).catch(() => undefined);
  else if (!isHostUnit(unit)) await askHelper(`sync-journal ${unit}`).catch(() => undefined);
}

async function sync(of: readonly string[]): Promise<void> {
  await promisify(execFile)("journalctl", [...of, "--sync"], { timeout: 5000 });
}

/** Reads new entries at each notification. At the end journald has stored all output of the instance. */
async function* whileRunning(instance: Instance, signal: AbortSignal, copy: JournalCopy): AsyncGenerator<Buffer> {
  const listener = notifier.listen(instance.unit);
  const notify = () => listener.notify();
  const cancel = onEnd(instance.unit, instance.invocation, notify);
  signal.addEventListener("abort", notify);
  try {
    while (isRunning(instance) && !signal.aborted) {
      yield* copy.read();
      if (copy.isFull) return;
      await listener.next();
    }
    if (!signal.aborted) await syncJournal(instance.unit);
  } finally {
    cancel();
    signal.removeEventListener("abort", notify);
    notifier.unlisten(listener);
  }
}
