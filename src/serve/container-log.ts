import { onEnd, runningInvocation } from "../io/invocations.ts";
import { type Position, readJournal, syncJournal } from "../io/journal.ts";
import type { Instant } from "../model/time.ts";
import type { Instance } from "./instance.ts";
import { ExportReader, type JournalEntry } from "./journal-export.ts";
import { LogFormat } from "./log-format.ts";
import type { LogOptions } from "./log-options.ts";
import { SLACK, sieve } from "./sieve.ts";
import { tailPosition } from "./tail.ts";

/** What ended longer ago than this, journald has surely taken in. */
const SETTLED = 10_000;

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
  const { unit, invocation, from, ended = now } = instance;
  const runs = () => runningInvocation(unit) === invocation;
  const isOn = follow && runs();
  if (!runs() && now - ended < SETTLED) await syncJournal();
  if (tailLines === 0 && !isOn) return;
  const isOwn = sieve(instance);
  const earliest: Position = { since: Math.max(0, from - SLACK, since) / 1000 };
  const backwards =
    tailLines === undefined ? undefined : journal(unit, earliest, { reverse: true }, signal, sieve(instance));
  let position = (backwards && (await tailPosition(backwards, tailLines ?? 0))) ?? earliest;
  const onward = async function* (follows: boolean, until: AbortSignal) {
    for await (const entries of journal(unit, position, { follow: follows }, until, isOwn)) {
      const last = entries.at(-1);
      if (last !== undefined) position = { after: last.cursor };
      yield entries.filter(({ at }) => at >= since * 1000);
    }
  };
  yield* onward(false, signal);
  if (!isOn) return;
  yield* whileOn(instance, signal, (until) => onward(true, until));
  if (!signal.aborted) await syncJournal();
  // What was written between the last look and the end.
  yield* onward(false, signal);
}

async function* whileOn(
  { unit, invocation }: Instance,
  signal: AbortSignal,
  follow: (until: AbortSignal) => AsyncGenerator<JournalEntry[]>,
): AsyncGenerator<JournalEntry[]> {
  const over = new AbortController();
  const cancel = onEnd(unit, invocation, () => over.abort());
  try {
    yield* follow(AbortSignal.any([signal, over.signal]));
  } finally {
    cancel();
  }
}

async function* journal(
  unit: string,
  position: Position,
  how: { readonly reverse?: boolean; readonly follow?: boolean },
  signal: AbortSignal,
  isOwn: (entry: JournalEntry) => boolean,
): AsyncGenerator<JournalEntry[]> {
  const reader = new ExportReader();
  for await (const piece of readJournal({ unit, position, ...how }, signal)) {
    const entries = reader.push(piece).filter(isOwn);
    if (entries.length > 0) yield entries;
  }
}
