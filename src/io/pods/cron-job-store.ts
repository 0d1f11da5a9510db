import { join } from "node:path";
import type { CronJobState } from "../../model/cron-job-state.ts";
import { STATE_DIR } from "../../model/paths.ts";
import { digest } from "../../unitfile/hash.ts";
import { list, readOptional, remove, writeAtomic } from "../files.ts";

const DIRECTORY = `${STATE_DIR}/cronjobs`;

/** Returns what this host remembers of the CronJobs of its directory. What is not as a run writes it counts as lost. */
export function readCronJobStates(): readonly CronJobState[] {
  return [...readTexts()].flatMap(([path, text]) => {
    try {
      const state = JSON.parse(text) as CronJobState;
      return isState(state) && fileOf(state) === path ? [state] : [];
    } catch {
      return [];
    }
  });
}

/** A CronJob whose state could not be stored. */
export interface UnstoredCronJob {
  readonly state: CronJobState;
  readonly because: string;
}

/** Stores what has changed, and removes all other files. Returns what could not be stored, for example on a full disk. */
export function writeCronJobStates(states: readonly CronJobState[]): readonly UnstoredCronJob[] {
  const stored = readTexts();
  const unstored = states.flatMap((state) => {
    const text = JSON.stringify(state);
    try {
      if (stored.get(fileOf(state)) !== text) writeAtomic(fileOf(state), text, 0o600);
      return [];
    } catch (error) {
      // The rest of Node's messages is the path.
      return [{ state, because: (error as Error).message.split(",")[0] ?? "" }];
    }
  });
  const kept = new Set(states.map(fileOf));
  for (const path of stored.keys()) if (!kept.has(path)) removeIfPossible(path);
  return unstored;
}

/** On a disk that is read-only after an error the file stays, and a complete list of CronJobs makes no Job for it. */
function removeIfPossible(path: string): void {
  try {
    remove(path);
  } catch {}
}

function readTexts(): ReadonlyMap<string, string> {
  const names = list(DIRECTORY).filter((name) => name.endsWith(".json") && !name.startsWith("."));
  return new Map(
    names.flatMap((name) => {
      try {
        return [[join(DIRECTORY, name), readOptional(join(DIRECTORY, name)) ?? ""]];
      } catch {
        return [];
      }
    }),
  );
}

function isState({ namespace, name, uid, schedule, timeZone, since, jobs, active }: CronJobState): boolean {
  const areTexts = [namespace, name, uid, schedule, timeZone].every((value) => typeof value === "string");
  const areJobs = jobs.every(
    ({ kind, metadata, template }) => kind === "Job" && metadata.uid !== "" && template.spec !== undefined,
  );
  return areTexts && Number.isFinite(since) && Array.isArray(active) && areJobs;
}

function fileOf({ namespace, name }: Pick<CronJobState, "namespace" | "name">): string {
  return join(DIRECTORY, `${digest(`${namespace}/${name}`, 32)}.json`);
}
