import { spawn } from "node:child_process";
import type { Instant } from "../../model/api/time.ts";
import { logNamespaceOf } from "../../unitfile/names.ts";
import { readCached, writeCached } from "../cache.ts";
import { ExportReader } from "./journal-export.ts";

/**
 * The most bytes that the log of one container counts as: what the kubelet keeps of it by default
 * (`apis/config/v1beta1/defaults.go: ContainerLogMaxSize` × `ContainerLogMaxFiles`, v1.36). No log is read any further.
 */
const CONTAINER_LOG_MAX_BYTES = 50 * 1024 ** 2;

/** The longest time that one run spends on reading logs. The next run continues. */
const COUNT_BUDGET_MS = 1500;

/** journald has stored all entries that are older than this. */
const STORED_AFTER_MS = 1000;

/** A container whose log is to be counted. */
export interface LoggedContainer {
  readonly unit: string;
  readonly podUID: string;
  readonly container: string;
  /** When its pod was created. Earlier entries are those of another pod of this name. */
  readonly since: Instant;
}

interface Count {
  readonly podUID: string;
  readonly container: string;
  bytes: number;
  /** Entries up to this time are counted: milliseconds since the epoch, with a fraction. */
  until: number;
}

type Counts = Record<string, Count>;

const NAME = "log-usage";
const KEY = "bytes";

/** Returns the counted bytes of logs by pod and container. */
export function readLogUsage(): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const pods = Map.groupBy(Object.values(readCached<Counts>(NAME, KEY) ?? {}), ({ podUID }) => podUID);
  return new Map([...pods].map(([uid, all]) => [uid, new Map(all.map(({ container, bytes }) => [container, bytes]))]));
}

/**
 * Counts what these containers have written since the last call, by one journalctl for each namespace. A container that has
 * written nothing costs an empty read. The counts of other containers are dropped.
 */
export async function countLogs(containers: readonly LoggedContainer[], now: Instant): Promise<void> {
  const before = readCached<Counts>(NAME, KEY) ?? {};
  const counts: Counts = {};
  const fresh = new Set<string>();
  for (const { unit, podUID, container, since } of containers) {
    const known = before[unit]?.podUID === podUID ? before[unit] : undefined;
    if (known === undefined) fresh.add(unit);
    counts[unit] = known ? { ...known } : { podUID, container, bytes: 0, until: since };
  }
  const unread = Object.keys(counts).filter((unit) => (counts[unit]?.bytes ?? 0) < CONTAINER_LOG_MAX_BYTES);
  const groups = Map.groupBy(unread, (unit) => `${logNamespaceOf(unit)} ${fresh.has(unit) || counts[unit]?.until}`);
  const end = performance.now() + COUNT_BUDGET_MS;
  for (const units of groups.values()) await countGroup(units, counts, now - STORED_AFTER_MS, end);
  if (JSON.stringify(counts) !== JSON.stringify(before)) writeCached(NAME, KEY, counts);
}

async function countGroup(units: readonly string[], counts: Counts, until: Instant, end: number): Promise<void> {
  const since = Math.min(...units.map((unit) => counts[unit]?.until ?? until));
  const budgetMs = end - performance.now();
  if (budgetMs <= 0 || since >= until) return;
  const args = [
    `--namespace=${logNamespaceOf(units[0] ?? "")}`,
    "--quiet",
    "--no-pager",
    "--output=export",
    "--output-fields=_SYSTEMD_UNIT,MESSAGE",
    `--since=@${(since / 1000).toFixed(6)}`,
    `--until=@${(until / 1000).toFixed(6)}`,
    "_TRANSPORT=stdout",
    ...units.map((unit) => `_SYSTEMD_UNIT=${unit}`),
  ];
  const child = spawn("journalctl", args, { stdio: ["ignore", "pipe", "ignore"], env: { PATH: process.env.PATH } });
  child.on("error", () => undefined);
  const timer = setTimeout(() => child.kill(), budgetMs);
  const reader = new ExportReader();
  let last: number | undefined;
  let isComplete = false;
  try {
    for await (const chunk of child.stdout) {
      for (const { unit = "", at, message } of reader.push(chunk as Buffer)) {
        last = at / 1000;
        const count = counts[unit];
        // One byte for the end of the line.
        if (count) count.bytes = Math.min(CONTAINER_LOG_MAX_BYTES, count.bytes + message.length + 1);
      }
      if (units.every((unit) => counts[unit]?.bytes === CONTAINER_LOG_MAX_BYTES)) return;
    }
    isComplete = !child.killed;
  } finally {
    clearTimeout(timer);
    child.kill();
    // Without an entry the next read begins at the same time, and nothing has to be stored.
    if (last !== undefined) for (const unit of units) setUntil(counts[unit], isComplete ? until : last);
  }
}

function setUntil(count: Count | undefined, until: number): void {
  if (count) count.until = until;
}
