import { diff } from "../diff/diff.ts";
import { forgetEventsExcept } from "../io/kube/event-recorder.ts";
import { sealPendingPods } from "../io/pods/pod-directories.ts";
import { writePodSummaries } from "../io/pods/pod-summary.ts";
import { reportProblem } from "../io/problems.ts";
import { BusError } from "../io/systemd/bus.ts";
import { requestSync, stopTriggeringAfterStarts, triggerAfterStarts } from "../io/systemd/sync-trigger.ts";
import { Systemd } from "../io/systemd/systemd.ts";
import type { RunEnd } from "../model/run-end.ts";
import type { Step } from "../model/step.ts";
import type { Translation } from "../model/translation.ts";
import type { ListResult } from "../ports.ts";
import { podSummary } from "../report/pod-summary.ts";
import { translateAll } from "../translate/all.ts";
import { unitletVersion } from "../version.ts";
import { reconcileAgentUnits } from "./agent-units.ts";
import { apply } from "./apply.ts";
import { cachedCredentials } from "./certificates.ts";
import { invalidate, isTransitioning, saveDigest, validUntil } from "./fast-path.ts";
import { reconcileNode } from "./heartbeat.ts";
import { observe, observeAgain } from "./observe.ts";
import { reconcileProbeTimers } from "./probe-timers.ts";
import { type Published, publish } from "./publish.ts";
import type { SyncInput } from "./sync.ts";

/** Milliseconds after which a start or an end is over that was all but over. */
const RECHECK_DELAY_MS = 1000;

export interface RunInput extends SyncInput {
  readonly listResult: ListResult;
  /** Digest of the world, taken before it was looked at closely: what changed since is another one. */
  readonly digestBefore: string | undefined;
}

/** The closer look: observe, translate, diff, apply, observe, report, publish. */
export async function reconcile(input: RunInput): Promise<RunEnd> {
  try {
    const systemd = await Systemd.connect();
    try {
      const end = await reconcileWith(input, systemd);
      reportProblem(input.log, "systemd", undefined);
      return end;
    } finally {
      systemd.close();
    }
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    invalidate();
    reportProblem(input.log, "systemd", error.message);
    await updateNode(input, { systemdProblem: error.message });
    return { status: 1, outcome: "failed", failedSteps: [] };
  }
}

async function reconcileWith(input: RunInput, systemd: Systemd): Promise<RunEnd> {
  const { config, source, listResult, log, libDir, now } = input;
  const before = await observe({ config, source, systemd }, listResult, now);
  reportProblem(log, "list", before.pods.complete ? undefined : before.pods.because);
  const translations = translateAll(before, libDir);
  const steps = input.shuttingDown ? [] : diff(before, translations);
  const applied = await apply(steps, systemd, source, log);
  sealRest(log);
  const later = Date.now();
  if (!applied.jobsDone) triggerAfterStarts();
  const after = steps.length > 0 ? await observeAgain(before, systemd, later) : before;
  if ([...after.units.values()].every(({ state }) => !state?.job)) stopTriggeringAfterStarts();
  const published = await publish(after, translations, applied, source, log, later);
  if (before.pods.complete) saveSummaries(published, config.nodeName);
  if (!input.shuttingDown) await reconcileAgentUnits(input, before.agent, systemd);
  if (!input.shuttingDown) await reconcileProbeTimers(after, systemd, log);
  await updateNode(input, { systemdVersion: await systemd.version() });

  // What was ended now is removed by the next run.
  const isEnding = steps.some(({ kind }) => kind === "stop-and-wait");
  if (published.anyPodFinished || !applied.jobsDone || isEnding || unitNameReleased(steps, translations)) requestSync();
  else if (!input.shuttingDown && isTransitioning(after))
    await systemd.scheduleRun(`unitlet-recheck-${later}`, RECHECK_DELAY_MS);
  const until =
    steps.every(({ kind }) => kind === "emit-event") && published.changed === 0 ? validUntil(after) : undefined;
  if (input.digestBefore !== undefined && until !== undefined && until > later) saveDigest(input.digestBefore, until);
  else invalidate();
  const failedSteps = applied.failed.map(({ step }) => step.kind);
  return { status: 0, outcome: before.pods.complete ? "done" : "incomplete", failedSteps };
}

/** Of the pods that there are, for others to read; of the rest nothing is kept. */
function saveSummaries({ statuses }: Published, nodeName: string): void {
  writePodSummaries(statuses.map(([pod, status]) => podSummary(pod, status)));
  forgetEventsExcept(new Set([nodeName, ...statuses.map(([{ metadata }]) => metadata.uid)]));
}

/** Needed at a later boot, if at all. */
function sealRest(log: RunInput["log"]): void {
  try {
    if (sealPendingPods()) reportProblem(log, "seal", undefined);
  } catch (error) {
    reportProblem(log, "seal", (error as Error).message);
  }
}

/** Another pod waits for the name of a unit that was removed. */
function unitNameReleased(steps: readonly Step[], translations: readonly Translation[]): boolean {
  const owners = new Map(steps.flatMap((step) => (step.kind === "remove-unit" ? [[step.unit, step.uid]] : [])));
  return translations.some((translation) => {
    const units = translation.kind === "runnable" ? translation.containers.map(({ unitName }) => unitName) : [];
    return units.some((name) => (owners.get(name) ?? translation.pod.metadata.uid) !== translation.pod.metadata.uid);
  });
}

/** What only a run that has asked systemd can say of the node. */
async function updateNode(
  { kube, config, configKey, listResult, log, now, shuttingDown = false }: RunInput,
  systemd: { systemdVersion?: string; systemdProblem?: string },
): Promise<void> {
  if (kube === undefined || !listResult.ok) return;
  try {
    await reconcileNode(
      { kube, config, now, version: unitletVersion, identity: cachedCredentials(configKey), shuttingDown },
      systemd,
    );
    reportProblem(log, "node", undefined);
  } catch (error) {
    reportProblem(log, "node", (error as Error).message);
  }
}
