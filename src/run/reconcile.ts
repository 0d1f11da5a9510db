import { apply } from "./apply.ts";
import { keepNode } from "./heartbeat.ts";
import { diff } from "../diff/diff.ts";
import { recallIdentity } from "./certificates.ts";
import { BusError } from "../io/systemd/bus.ts";
import { awaitStarts, forgetStarts, ringDoorbell } from "../io/systemd/sync-trigger.ts";
import { forgetEventsBut } from "../io/kube/event-recorder.ts";
import { sealWaiting } from "../io/pods/pod-directories.ts";
import { keepPodNotes } from "../io/pods/pod-summary.ts";
import { Systemd } from "../io/systemd/systemd.ts";
import { sayTrouble } from "../io/problems.ts";
import type { RunEnd } from "../model/run-end.ts";
import type { Step } from "../model/step.ts";
import type { Translation } from "../model/translation.ts";
import { observe, observeAgain } from "./observe.ts";
import type { Answer } from "../ports.ts";
import { keepProbes } from "./probe-timers.ts";
import { type Published, publish } from "./publish.ts";
import { podNote } from "../report/pod-summary.ts";
import { isPassing, keepSettled, settledUntil, unsettle } from "./fast-path.ts";
import type { Sync } from "./sync.ts";
import { translateAll } from "../translate/all.ts";
import { unitletVersion } from "../version.ts";
import { keepAgent } from "./agent-units.ts";

/** Milliseconds after which a start or an end is over that was all but over. */
const LOOK_AGAIN = 1000;

export interface Run extends Sync {
  readonly answer: Answer;
  /** Digest of the world, taken before it was looked at closely: what changed since is another one. */
  readonly seen: string | undefined;
}

/** The closer look: observe, translate, diff, apply, observe, report, publish. */
export async function run(input: Run): Promise<RunEnd> {
  try {
    const systemd = await Systemd.connect();
    try {
      const end = await reconcile(input, systemd);
      sayTrouble(input.log, "systemd", undefined);
      return end;
    } finally {
      systemd.close();
    }
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    unsettle();
    sayTrouble(input.log, "systemd", error.message);
    await tellNode(input, { systemdProblem: error.message });
    return { status: 1, outcome: "failed", failedSteps: [] };
  }
}

async function reconcile(input: Run, systemd: Systemd): Promise<RunEnd> {
  const { config, source, answer, log, libDir, now } = input;
  const before = await observe({ config, source, systemd }, answer, now);
  sayTrouble(log, "list", before.pods.complete ? undefined : before.pods.because);
  const translations = translateAll(before, libDir);
  const steps = input.goingDown ? [] : diff(before, translations);
  const applied = await apply(steps, systemd, source, log);
  sealRest(log);
  const later = Date.now();
  if (!applied.settled) awaitStarts();
  const after = steps.length > 0 ? await observeAgain(before, systemd, later) : before;
  if ([...after.units.values()].every(({ state }) => !state?.job)) forgetStarts();
  const published = await publish(after, translations, applied, source, log, later);
  if (before.pods.complete) keepNotes(published, config.nodeName);
  if (!input.goingDown) await keepAgent(input, before.agent, systemd);
  if (!input.goingDown) await keepProbes(after, systemd, log);
  await tellNode(input, { systemdVersion: await systemd.version() });

  // What was ended now is removed by the next run.
  const isEnding = steps.some(({ kind }) => kind === "end");
  if (published.ended || !applied.settled || isEnding || freesName(steps, translations)) ringDoorbell();
  else if (!input.goingDown && isPassing(after)) await systemd.alarm(`unitlet-look-${later}`, LOOK_AGAIN);
  const until = steps.every(({ kind }) => kind === "tell") && published.changed === 0 ? settledUntil(after) : undefined;
  if (input.seen !== undefined && until !== undefined && until > later) keepSettled(input.seen, until);
  else unsettle();
  const failedSteps = applied.failed.map(({ step }) => step.kind);
  return { status: 0, outcome: before.pods.complete ? "done" : "incomplete", failedSteps };
}

/** Of the pods that there are, for others to read; of the rest nothing is kept. */
function keepNotes({ statuses }: Published, nodeName: string): void {
  keepPodNotes(statuses.map(([pod, status]) => podNote(pod, status)));
  forgetEventsBut(new Set([nodeName, ...statuses.map(([{ metadata }]) => metadata.uid)]));
}

/** Needed at a later boot, if at all. */
function sealRest(log: Run["log"]): void {
  try {
    if (sealWaiting()) sayTrouble(log, "seal", undefined);
  } catch (error) {
    sayTrouble(log, "seal", (error as Error).message);
  }
}

/** Another pod waits for the name of a unit that was removed. */
function freesName(steps: readonly Step[], translations: readonly Translation[]): boolean {
  const owners = new Map(steps.flatMap((step) => (step.kind === "remove-unit" ? [[step.unit, step.uid]] : [])));
  return translations.some((translation) => {
    const units = translation.kind === "runnable" ? translation.containers.map(({ unitName }) => unitName) : [];
    return units.some((name) => (owners.get(name) ?? translation.pod.metadata.uid) !== translation.pod.metadata.uid);
  });
}

/** What only a run that has asked systemd can say of the node. */
async function tellNode(
  { kube, config, configKey, answer, log, now, goingDown = false }: Run,
  systemd: { systemdVersion?: string; systemdProblem?: string },
): Promise<void> {
  if (kube === undefined || !answer.ok) return;
  try {
    await keepNode(
      { kube, config, now, version: unitletVersion, identity: recallIdentity(configKey), goingDown },
      systemd,
    );
    sayTrouble(log, "node", undefined);
  } catch (error) {
    sayTrouble(log, "node", (error as Error).message);
  }
}
