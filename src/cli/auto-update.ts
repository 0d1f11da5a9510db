import { parseArgs } from "node:util";
import {
  AUTO_UPDATE_DIRECTORY,
  PENDING_UPDATE,
  readAutoUpdateStates,
  removeAutoUpdateState,
} from "../io/auto-update/states.ts";
import { readConfig } from "../io/config-files.ts";
import { remove } from "../io/files.ts";
import { connectPodSource } from "../io/pod-source.ts";
import { logTo } from "../log.ts";
import { targetName } from "../model/auto-update.ts";
import { EX_USAGE } from "../model/exit-status.ts";
import type { Config } from "../model/host/config.ts";
import { requireRoot } from "./agent.ts";
import { type Answer, changesOf, findingsOf } from "./auto-update/decide.ts";
import { readLists } from "./auto-update/look.ts";
import { askRegistry, type PullContext } from "./auto-update/registry.ts";
import { type Row, updateDetails, updateTable } from "./auto-update/table.ts";
import { type Target, updateTargets } from "./auto-update/targets.ts";
import { isInTrial } from "./auto-update/transitions.ts";
import { logEnd, resume, update } from "./auto-update/update.ts";
import { withDirectoryLock } from "./directory-lock.ts";
import { CliError } from "./failure.ts";
import { configForImages } from "./images/commanded-pull.ts";
import { type Progress, type Result, withProgress } from "./progress.ts";
import { outputMode, PROGRESS_OPTIONS } from "./progress-options.ts";

const USAGE = `usage: unitlet auto-update [--dry-run] [--retry] [--quiet | --json]

Updates the images of pods and workloads of a standalone host that have the annotation unitlet.dev/auto-update: registry. It asks
the registry for the digest of each tag, pulls a new image beside the old one, and lets the containers restart on it. A workload
replaces its pods by its ordinary rollout. When the pods do not get ready, their containers return to the old image, and this
digest is not tried again.

  --dry-run    show what would be updated, and change nothing
  --retry      try also a digest that was rolled back before
  -q, --quiet  print problems only
  --json       print an object a line, for scripts
  --resume     finish an update whose process has ended early, and look for no others

UPDATED is false, pending (with --dry-run), true, failed, rolled back, or - for an image that is not updated.
unitlet-auto-update.timer starts this command once a day. journalctl -t unitlet-auto-update shows all updates. The exit status is 1
when a registry has not answered, or an update has failed now.

examples:
  unitlet auto-update --dry-run
  systemctl list-timers unitlet-auto-update.timer
`;

const OPTIONS = {
  "dry-run": { type: "boolean" },
  retry: { type: "boolean" },
  ...PROGRESS_OPTIONS,
  resume: { type: "boolean" },
} as const;

/** `unitlet auto-update`: updates images of pods that ask for it. Throws CliError. */
export async function autoUpdate(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return USAGE;
  const values = parse(args);
  requireRoot("auto-update");
  const mode = outputMode(values);
  return await withProgress("auto-update", mode, (progress) => updateImages(values, mode === "quiet", progress));
}

type Values = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new CliError(`unitlet auto-update: ${(error as Error).message}\n\n${USAGE}`, EX_USAGE);
  }
}

async function updateImages(values: Values, isQuiet: boolean, progress: Progress): Promise<Result> {
  const { config } = await readConfig().catch((error: Error) => {
    throw new CliError(error.message);
  });
  if (config.cluster !== undefined) return refuseJoined(isQuiet);
  const { source } = connectPodSource(
    config,
    logTo(() => undefined),
    Date.now(),
  );
  const context = { config, source, progress };
  const isDry = values["dry-run"] === true;
  return await withDirectoryLock(AUTO_UPDATE_DIRECTORY, async () => {
    if (!isDry) await finishEarlier(context);
    if (values.resume === true) return { text: "" };
    const rows = await updateAll(context, { isDry, retry: values.retry === true });
    const bad = rows.filter(isBad);
    if (bad.length > 0) process.exitCode = 1;
    if (isQuiet && bad.length > 0) progress.warn(updateTable(bad).trimEnd());
    return { text: updateTable(rows), details: { updates: updateDetails(rows) } };
  });
}

/** The timer of a host that has joined finds nothing to do. */
function refuseJoined(isQuiet: boolean): Result {
  if (isQuiet) return { text: "" };
  throw new CliError(
    "unitlet auto-update: this node has joined a cluster, which says what its pods run: use kubectl set image, or kubectl rollout restart with imagePullPolicy: Always",
  );
}

/** Finishes updates whose process has ended early, and logs the ends that no process has logged. */
async function finishEarlier(context: PullContext): Promise<void> {
  for (const state of readAutoUpdateStates()) {
    if (isInTrial(state)) await resume(state, context);
    else if (state.last !== undefined && state.last.isTold !== true) logEnd({ ...state, last: state.last }, context);
  }
  clearPending();
}

/** An update that could not be finished is taken over by another process. */
function clearPending(): void {
  if (!readAutoUpdateStates().some(isInTrial)) remove(PENDING_UPDATE);
}

interface Options {
  readonly isDry: boolean;
  readonly retry: boolean;
}

async function updateAll(context: PullContext, { isDry, retry }: Options): Promise<readonly Row[]> {
  const lists = await readLists(context.source);
  const states = readAutoUpdateStates();
  const targets = updateTargets(lists, states);
  if (lists.missing === undefined && !isDry) forgetOthers(targets, states);
  if (targets.length === 0) return [];
  await checkPulls(context.config);
  const rows: Row[] = [];
  for (const target of targets) {
    const answers = await answersFor(target, context);
    const findings = findingsOf(target, answers, retry);
    const changes = isDry ? [] : changesOf(target, answers, retry);
    const result = changes.length === 0 ? undefined : await tryUpdate(target, changes, context);
    const changed = new Set(changes.map(({ container }) => container));
    const isChanged = (name: string) => result !== undefined && changed.has(name);
    rows.push(
      ...findings.map((finding) => ({
        target,
        finding,
        ...(isChanged(finding.container.name) && result && { result }),
      })),
    );
  }
  if (!isDry) clearPending();
  return rows;
}

/** A pod that has no manifest or no annotation any more keeps no state. */
function forgetOthers(targets: readonly Target[], states: ReturnType<typeof readAutoUpdateStates>): void {
  const names = new Set(targets.map(targetName));
  for (const state of states) if (!names.has(targetName(state))) removeAutoUpdateState(state);
}

async function checkPulls({ imagePulls, ignoreImages }: Config): Promise<void> {
  await configForImages();
  if (imagePulls === "deny")
    throw new CliError("unitlet auto-update: the setting imagePulls = deny forbids pulls on this host");
  if (ignoreImages)
    throw new CliError("unitlet auto-update: with the setting ignoreImages = yes no container runs on an image");
}

async function answersFor(target: Target, context: PullContext): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>();
  for (const { image, because } of target.containers)
    if (because === undefined && !answers.has(image)) answers.set(image, await askRegistry(target.pod, image, context));
  return answers;
}

/** An update that cannot begin or go on, for example on a full disk, keeps no other from its turn. The next process goes on with it. */
async function tryUpdate(...[target, changes, context]: Parameters<typeof update>): ReturnType<typeof update> {
  try {
    return await update(target, changes, context);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof CliError ? error.status !== 1 : code === undefined) throw error;
    return { at: Date.now(), result: "failed", because: message, changes };
  }
}

/** True for what the exit status tells. A digest that was rolled back earlier is no news. */
function isBad({ finding, result }: Row): boolean {
  if (result !== undefined) return result.result !== "updated";
  return finding.updated === "failed" && finding.isKnown !== true;
}
