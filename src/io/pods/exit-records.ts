import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Instant } from "../../model/api/time.ts";
import type { ExitRecord } from "../../model/exit-record.ts";
import { podRunDir, podStateDir } from "../../model/paths.ts";
import { readOptional, writeAtomic } from "../files.ts";

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

/** Appends a record to the log of a container. Throws the errors of the file system. */
export function appendExit(uid: string, container: string, record: ExitRecord): void {
  const directory = podStateDir(uid);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  appendFileSync(join(directory, `${container}.exits`), exitLine(record), { mode: 0o600 });
}

/** Writes when a container's back-off ends, as container-start does. */
export function writeBackOff(uid: string, container: string, until: Instant | undefined): void {
  if (until !== undefined)
    writeAtomic(join(podRunDir(uid), `${container}.backoff`), `${Math.ceil(until / 1000)}\n`, 0o600);
}
