import { keepCompiledCode } from "../io/bundles/keep-code.ts";
import { makeAddOnDirectories } from "../io/cni/add-on-directories.ts";
import { keepClusterNetwork } from "../io/cni/keep-list.ts";
import { keepPodCIDRs } from "../io/pods/pod-cidrs.ts";
import { reportProblem } from "../io/problems.ts";
import { BusError } from "../io/systemd/bus.ts";
import { restoreKeptUnits } from "../io/systemd/kept-units.ts";
import { triggerAfterStarts } from "../io/systemd/sync-trigger.ts";
import { Systemd } from "../io/systemd/systemd.ts";
import type { Log } from "../log.ts";
import type { TokenReference } from "../model/references.ts";
import type { RunEnd } from "../model/run-end.ts";
import type { World } from "../model/world.ts";
import { serviceProblem } from "../translate/network/service-entries.ts";
import { reconcileAgentUnits } from "./agent-units.ts";
import { withoutBrokenPods } from "./broken-pods.ts";
import { applyAndConnect } from "./connect.ts";
import { recordFailedStarts } from "./failed-starts.ts";
import { invalidateFastPath } from "./fast-path.ts";
import type { RunInput, SyncInput } from "./input.ts";
import { countPodLogs } from "./log-usage.ts";
import { updateNode } from "./node.ts";
import { makePlan, type Plan } from "./plan.ts";
import { reconcileProbeTimers } from "./probe-timers.ts";
import { publish } from "./publish.ts";
import { fetchReferences, peekReferences } from "./references.ts";
import { observeResult } from "./result.ts";
import { scheduleNextRun } from "./schedule.ts";
import { keepSealKey } from "./sealing.ts";
import { storeMarks } from "./unchanged.ts";
import { keepWorkloads, makePodList } from "./workloads.ts";

/** Looks closer: does all phases of a run. When systemd does not answer, the run reports that and does nothing else. */
export async function reconcile(input: RunInput): Promise<RunEnd> {
  try {
    const systemd = await Systemd.connect();
    try {
      const end = await runPhases(input, systemd);
      reportProblem(input.log, "systemd", undefined);
      return end;
    } finally {
      systemd.close();
    }
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    invalidateFastPath();
    reportProblem(input.log, "systemd", error.message);
    if (input.isNodeDue) await updateNode(input, { systemdProblem: error.message });
    return { status: 1, outcome: "failed", failedSteps: [] };
  }
}

/** Does the phases of a run. The first two change nothing on the host but the stores of references and of counts of logs. */
async function runPhases(input: RunInput, systemd: Systemd): Promise<RunEnd> {
  const { config, source, log, libDir, now, digestBefore } = input;
  const pods = makePodList(input.listResult, { now, maxPods: config.maxPods, shuttingDown: input.shuttingDown });
  reportProblem(log, "list", pods.complete ? undefined : pods.because);

  if (!input.shuttingDown) {
    keepWorkloads(pods, log);
    keepSealKey(log);
    restoreKeptUnits(log);
    reportProblem(log, "add-ons", config.podNetwork === "cni" ? makeAddOnDirectories() : undefined);
  }
  const wanted = await withoutBrokenPods(pods, async (some, isTrial) => {
    const references = await fetchReferences(some, source, now);
    if (!input.shuttingDown && !isTrial) await countPodLogs(config, some, now);
    return makePlan({ config, source, systemd, pods: some, references, now }, libDir);
  });
  keepNetwork(wanted.before, log);
  const { services = [], items } = wanted.before.pods;
  reportProblem(log, "services", serviceProblem(services, items));
  const intended = input.shuttingDown ? { ...wanted, steps: [] } : wanted;
  const { plan, applied: first } = await applyAndConnect(intended, { systemd, source, log, libDir });
  if (!first.jobsDone) triggerAfterStarts();

  const observed = await observeResult(plan, systemd);
  const { result, applied } = input.shuttingDown
    ? { result: observed, applied: first }
    : await recordFailedStarts(observed, first, { systemd, source, log, libDir });
  const published = await publish(result, applied, { source, log });
  const systemdVersion = await systemd.version();
  if (input.isNodeDue) await updateNode(input, { systemdVersion });

  if (input.shuttingDown) invalidateFastPath();
  else {
    await reconcileAgentUnits(input, plan.before.agent, systemd);
    await reconcileProbeTimers(result.world, systemd, log);
    await scheduleNextRun({ ...result, applied, published, digestBefore, systemdVersion }, systemd);
    await storeMarks(input);
  }
  if (applied.done.some(({ kind }) => kind === "start")) keepCompiledCode();
  const failedSteps = applied.failed.map(({ step }) => step.kind);
  return { status: 0, outcome: pods.complete ? "done" : "incomplete", failedSteps, podCounts: published.podCounts };
}

/** Keeps what the helper of pods' networks reads, and says why pods cannot be connected. */
function keepNetwork({ config, podCIDRs = [], clusterNetwork }: World, log: Log): void {
  if (config.podNetwork === "bridge") keepPodCIDRs(podCIDRs);
  keepClusterNetwork(clusterNetwork ?? {});
  reportProblem(log, "network", clusterNetwork?.because);
}

export interface Preview extends Plan {
  /** The tokens that a run would request before it makes its plan. */
  readonly dueTokens: readonly TokenReference[];
}

/** Returns what a run would do now, and changes nothing. Throws BusError when systemd does not answer. */
export async function preview(input: Pick<SyncInput, "config" | "source" | "libDir" | "now">): Promise<Preview> {
  const { config, source, libDir, now } = input;
  const pods = makePodList(await source.list(), { now, maxPods: config.maxPods });
  const systemd = await Systemd.connect();
  try {
    return await withoutBrokenPods(pods, async (some) => {
      const { references, dueTokens } = await peekReferences(some, source, now);
      const plan = await makePlan({ config, source, systemd, pods: some, references, now }, libDir);
      return { ...plan, dueTokens };
    });
  } finally {
    systemd.close();
  }
}
