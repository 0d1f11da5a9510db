import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Instant } from "../../model/api/time.ts";
import { type ExitRecord, GIVEN_BACK } from "../../model/exit-record.ts";
import { heldMarker, podRunDir, podStateDir } from "../../model/paths.ts";
import { readOptional, remove, writeAtomic } from "../files.ts";

const NO_HISTORY = "-";

/**
 * Reads the log that container-exit appends to; docs/files.md has its format. Lines that cannot be parsed were cut off by a
 * crash. `errors` is the file of container-create: lines of an invocation and the reason why it could not be started.
 */
export function readExits(
  path: string,
  errors = "",
): { readonly forgottenExits: number; readonly exits: readonly ExitRecord[] } {
  const lines = (readOptional(path) ?? "").split("\n").filter((line) => line !== "");
  const forgotten = /^# (\d+)$/.exec(lines[0] ?? "")?.[1];
  const records = lines.map(parseRecord).filter((record) => record !== undefined);
  const seen = new Set<string>();
  // The run and container-start may both have recorded the same lost exit.
  const exits = records.filter(({ invocation }) => !seen.has(invocation) && seen.add(invocation));
  const reasons = new Map(
    errors.split("\n").map((line) => [line.split(" ", 1)[0], line.slice(line.indexOf(" ") + 1).trim()]),
  );
  const explained = exits.map((exit) => {
    const startError = exit.invocation && reasons.get(exit.invocation);
    return startError ? { ...exit, startError } : exit;
  });
  return { forgottenExits: Number(forgotten ?? 0), exits: explained };
}

function parseRecord(line: string): ExitRecord | undefined {
  const columns = line.split(" ");
  if (columns.length !== 9) return undefined;
  const [invocation = "", result = "", code = "", status = "", started, finished, oom, executed, specHash = ""] =
    columns.map((column) => (column === NO_HISTORY ? "" : column));
  const startedAt = Math.round(Number(started) * 1000);
  const finishedAt = Math.round(Number(finished) * 1000);
  if (!Number.isFinite(startedAt) || !Number.isFinite(finishedAt)) return undefined;
  return {
    invocation,
    result,
    code,
    status,
    startedAt,
    finishedAt,
    oomKilled: oom === "1",
    executed: executed === "1",
    specHash,
  };
}

/** Returns the line that container-exit would write. */
export function exitLine(record: ExitRecord): string {
  const columns = [
    record.invocation,
    record.result,
    record.code,
    record.status,
    (record.startedAt / 1000).toFixed(3),
    (record.finishedAt / 1000).toFixed(3),
    record.oomKilled ? "1" : "0",
    record.executed ? "1" : "0",
    record.specHash,
  ];
  return `${columns.map((column) => column || NO_HISTORY).join(" ")}\n`;
}

/** Like container-start, of which the unit may have had no run. */
const MAX_RECORDS = 60;
const KEPT_RECORDS = 20;

/** Appends a record to the log of a container. Throws the errors of the file system. */
export function appendExit(uid: string, container: string, record: ExitRecord): void {
  const directory = podStateDir(uid);
  const path = join(directory, `${container}.exits`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  appendFileSync(path, exitLine(record), { mode: 0o600 });
  const { exits, forgottenExits } = readExits(path);
  if (exits.length <= MAX_RECORDS) return;
  const kept = exits.slice(-KEPT_RECORDS).map(exitLine).join("");
  writeAtomic(path, `# ${forgottenExits + exits.length - KEPT_RECORDS}\n${kept}`, 0o600);
}

/**
 * Appends a record. With `retryAt`, nothing but a run starts the container, and the file for the end of its back-off says
 * when, as that of container-start does.
 */
export function recordExit(uid: string, container: string, record: ExitRecord, retryAt: Instant | undefined): void {
  appendExit(uid, container, record);
  const mark = join(podRunDir(uid), `${container}.started`);
  // No helper removes the mark of a unit that goes on to run, or replaces that of a unit of the host.
  if (record.result === GIVEN_BACK || readOptional(mark)?.trim() === record.invocation) remove(mark);
  if (retryAt === undefined) return;
  if (retryAt > record.finishedAt)
    writeAtomic(join(podRunDir(uid), `${container}.backoff`), `${Math.ceil(retryAt / 1000)}\n`, 0o600);
  writeAtomic(heldMarker(uid, container), "", 0o600);
}

/** Lets a container start again. */
export function releaseContainer(uid: string, container: string): void {
  remove(heldMarker(uid, container));
  remove(join(podRunDir(uid), `${container}.backoff`));
}
