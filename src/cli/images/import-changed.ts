import { setTimeout as sleep } from "node:timers/promises";
import {
  ARCHIVES,
  type ArchiveFile,
  isBeingWritten,
  listArchives,
  listLayouts,
} from "../../io/images/archive-directory.ts";
import { type ArchiveRecord, readArchiveRecords, writeArchiveRecords } from "../../io/images/archive-records.ts";
import { endLayoutWatch, watchLayouts } from "../../io/images/layout-watch.ts";
import { reportProblem } from "../../io/problems.ts";
import { logTo } from "../../log.ts";
import { requireRoot } from "../agent.ts";
import { CliError } from "../failure.ts";
import { printable } from "../output.ts";
import type { Progress, Result } from "../progress.ts";
import { configForImages } from "./commanded-pull.ts";
import { type ImportContext, importArchive } from "./import.ts";
import { EndedEarly } from "./unit-wait.ts";

/** A file that has not changed for so long, and that no process writes to, counts as complete. */
const STABLE_MS = 2000;
const INTERVAL_MS = 500;

/**
 * `unitlet images import --changed`: imports the archives of the directory that are new or have changed, and forgets those that are
 * gone. It waits for files that are still being written, and ends when nothing has changed for 2 s. An archive that failed is tried
 * again only after a change, and once more at once when a unit that reads it was killed. systemd starts the service again when a blob
 * of an incomplete layout arrives. The exit status is 1 when an archive has failed now. Throws CliError.
 */
export async function importChanged(progress: Progress): Promise<Result> {
  requireRoot("images import --changed");
  let failed = 0;
  do {
    endLayoutWatch();
    failed += await importUntilQuiet(progress);
    watchLayouts(unfinishedLayouts());
    // What has arrived before systemd watches is seen now.
  } while (waitingArchives(readArchiveRecords()).length > 0);
  if (failed > 0) process.exitCode = 1;
  return { text: "", details: { failed } };
}

/** Returns how many archives have failed. */
async function importUntilQuiet(progress: Progress): Promise<number> {
  let failed = 0;
  let context: ImportContext | undefined;
  const seen = new Map<string, string>();
  const cutShort = new Set<string>();
  for (let quietSince = Date.now(); Date.now() - quietSince < STABLE_MS; await sleep(INTERVAL_MS)) {
    const records = forgetMissing(readArchiveRecords());
    const waiting = waitingArchives(records);
    for (const file of waiting.filter((each) => isComplete(each, seen))) {
      context ??= await importContext(progress);
      const record = await tryImport(file, context, cutShort);
      if (record === undefined) continue;
      if (record.problem !== undefined) failed += 1;
      writeArchiveRecords(new Map([...readArchiveRecords(), [file.name, record]]));
    }
    report(recordedProblems());
    if (waiting.length > 0) quietSince = Date.now();
  }
  return failed;
}

function waitingArchives(records: ReadonlyMap<string, ArchiveRecord>): readonly ArchiveFile[] {
  return listArchives().filter(({ name, key }) => records.get(name)?.key !== key);
}

/** Returns the paths of layouts that are incomplete. */
function unfinishedLayouts(): readonly string[] {
  const records = readArchiveRecords();
  const isDone = (name: string) => records.has(name) && records.get(name)?.problem === undefined;
  return listLayouts().flatMap(({ name, path }) => (isDone(name) ? [] : [path]));
}

function forgetMissing(records: ReadonlyMap<string, ArchiveRecord>): ReadonlyMap<string, ArchiveRecord> {
  const present = new Set(listArchives().map(({ name }) => name));
  const left = new Map([...records].filter(([name]) => present.has(name)));
  if (left.size < records.size) writeArchiveRecords(left);
  return left;
}

/** True for a file that was the same at the last look, some time after its last change, and that no process writes to. */
function isComplete({ name, path, key, changedAt }: ArchiveFile, seen: Map<string, string>): boolean {
  const isSame = seen.get(name) === key;
  seen.set(name, key);
  // A copy may have the time of its source, also one that is in the future.
  const age = Math.abs(Date.now() - changedAt);
  return isSame && age >= STABLE_MS && !isBeingWritten(path);
}

/** A host without the programs for images fails no archive: the next start of the command tries all of them. */
async function importContext(progress: Progress): Promise<ImportContext> {
  try {
    return { config: await configForImages(), progress };
  } catch (error) {
    report([`cannot import the archives in ${ARCHIVES}: ${(error as Error).message}`]);
    throw error;
  }
}

/** Returns undefined for an archive whose first attempt was cut short, and notes its key. */
async function tryImport(
  { path, key }: ArchiveFile,
  context: ImportContext,
  cutShort: Set<string>,
): Promise<ArchiveRecord | undefined> {
  try {
    const { imported, problem } = await importArchive(path, undefined, context);
    return { key, names: imported.map(({ name }) => name), ...(problem !== undefined && { problem }) };
  } catch (error) {
    if (!(error instanceof CliError) || error.status === 130) throw error;
    if (error instanceof EndedEarly && !cutShort.has(key)) {
      cutShort.add(key);
      return undefined;
    }
    return { key, names: [], problem: error.message };
  }
}

function recordedProblems(): readonly string[] {
  const problems = [...readArchiveRecords().values()].flatMap(({ problem }) => problem ?? []);
  return problems.length === 0 ? [] : [...problems, `A file in ${ARCHIVES} is tried again when it changes`];
}

/** Logs problems that are new, and stores them for `unitlet status` and `unitlet doctor`. */
function report(problems: readonly string[]): void {
  const log = logTo((line) => process.stderr.write(printable(line)));
  reportProblem(log, "image-archives", problems.length === 0 ? undefined : problems.join(". "));
}
