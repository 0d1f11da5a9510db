import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { parseSystemKill, type SystemKill } from "../../model/host/system-kill.ts";
import { readCached, writeCached } from "../cache.ts";
import { readOptional } from "../files.ts";

const NAME = "system-kills";
const FORM = "1";
/** The kernel's longest record with its prefix (`kernel/printk/internal.h: PRINTK_MESSAGE_MAX` is less). */
const RECORD_BYTES = 8192;

/** What was known after the last run that asked. */
interface Known {
  /** The kernel's count of all kills, also those in cgroups. */
  readonly count: number;
  /** The number of the last record. */
  readonly sequence: number;
}

export interface SystemKills {
  readonly kills: readonly SystemKill[];
  /** Makes the next run return later kills only. */
  readonly accept: () => void;
}

/**
 * Returns the kills since the last accepted ones. The kernel's log is read only when its count has changed, which takes 0.1 ms to
 * see. The first run after a boot returns none. A host in a container has no access to the log, and no kills.
 */
export function readSystemKills(): SystemKills {
  const count = countSystemKills();
  const known = readCached<Known>(NAME, FORM);
  const none = { kills: [], accept: () => undefined };
  if (known?.count === count) return none;
  const records = readRecords();
  if (records === undefined) return none;
  const sequence = Math.max(known?.sequence ?? -1, ...records.slice(-1).map(sequenceOf));
  const later = known === undefined ? [] : records.filter((record) => sequenceOf(record) > known.sequence);
  return {
    kills: later.flatMap((record) => parseSystemKill(record) ?? []),
    accept: () => writeCached(NAME, FORM, { count, sequence } satisfies Known),
  };
}

/** Returns the kernel's count of all kills since boot, also of those in cgroups. */
export function countSystemKills(): number {
  return Number(/^oom_kill (\d+)$/m.exec(readOptional("/proc/vmstat") ?? "")?.[1] ?? 0);
}

function sequenceOf(record: string): number {
  return Number(record.split(",", 2)[1] ?? -1);
}

/** Returns the records that the kernel still has; undefined when they cannot be read. */
function readRecords(): readonly string[] | undefined {
  let file: number;
  try {
    file = openSync("/dev/kmsg", constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    // systemd-nspawn puts a pipe in its place.
    if (!fstatSync(file).isCharacterDevice()) return undefined;
    const records: string[] = [];
    const buffer = Buffer.alloc(RECORD_BYTES);
    for (let text = nextRecord(file, buffer); text !== undefined; text = nextRecord(file, buffer)) records.push(text);
    return records;
  } finally {
    closeSync(file);
  }
}

/** Returns undefined after the last record; "" for records that the kernel has overwritten meanwhile. */
function nextRecord(file: number, buffer: Buffer): string | undefined {
  try {
    const length = readSync(file, buffer);
    return length === 0 ? undefined : buffer.toString("latin1", 0, length);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPIPE" ? "" : undefined;
  }
}
