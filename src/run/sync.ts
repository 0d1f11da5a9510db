import { loadReconcile } from "../io/bundles/loaders.ts";
import { ApiError } from "../io/kube/api-error.ts";
import type { Kube } from "../io/kube/kube.ts";
import { reportProblem } from "../io/problems.ts";
import { clearSyncRequest } from "../io/systemd/sync-trigger.ts";
import { readWatchConnection } from "../io/watch-connection.ts";
import type { RunEnd } from "../model/run-end.ts";
import type { ListResult, PodSource } from "../ports.ts";
import { reconcileCertificates, reportRejection } from "./certificates.ts";
import { readFastPath, runDigest } from "./fast-path.ts";
import { isLeaseDue, renewLease } from "./heartbeat.ts";
import type { RunInput, SyncInput } from "./input.ts";
import { updateNode } from "./node.ts";
import { recordPressures } from "./pressures.ts";

/**
 * Does one run. It renews the lease, lists the pods and takes a digest of the host without asking systemd. When the
 * digest is the one that the last run left, the run ends here; otherwise reconcile.ts looks closer.
 */
export async function sync(input: SyncInput): Promise<RunEnd> {
  const { kube, source, now } = input;
  clearSyncRequest();
  const isDue = kube !== undefined && (input.shuttingDown || isLeaseDue(now));
  const heartbeat: Heartbeat = isDue ? await sendHeartbeat(kube, input) : { reached: false };
  const watchConnection = input.config.watch ? readWatchConnection() : undefined;
  const listResult = await list(source, heartbeat);
  const digestBefore = listResult.ok ? runDigest(input, listResult.digest) : undefined;
  const isNodeDue = listResult.ok || heartbeat.reached;
  const run: RunInput = { ...input, listResult, ...(watchConnection && { watchConnection }), digestBefore, isNodeDue };
  // The kubelet measures every 10 s (`kubelet/kubelet.go: evictionMonitoringPeriod`, v1.36), and so does the heartbeat.
  const mustEvict = isDue && recordPressures(run);
  const end = mustEvict ? undefined : await endEarly(run, heartbeat);
  if (end !== undefined) return end;
  if (!isDue) recordPressures(run);
  return await (await loadReconcile()).reconcile(run);
}

interface Heartbeat {
  /** The API server has answered the heartbeat of this run. */
  readonly reached: boolean;
  /** Why this run sends no more requests to the API server; undefined when it may. */
  readonly unreachable?: string;
}

/** Returns the end of a run that finds everything as the last run left it; undefined when it must look closer. */
async function endEarly(run: RunInput, { reached }: Heartbeat): Promise<RunEnd | undefined> {
  if (run.digestBefore === undefined || run.shuttingDown) return undefined;
  const found = readFastPath(run.digestBefore, run);
  if (found === undefined) return undefined;
  if (reached) await updateNode(run, { systemdVersion: found.systemdVersion });
  return { status: 0, outcome: "unchanged", failedSteps: [] };
}

async function list(source: PodSource, { unreachable }: Heartbeat): Promise<ListResult> {
  try {
    if (unreachable !== undefined)
      return { ok: false, because: unreachable, local: (await source.localPods?.()) ?? [] };
    const result = await source.list();
    if (result.ok) result.accept();
    return result;
  } catch (error) {
    return { ok: false, because: (error as Error).message };
  }
}

/** Renews the lease and then the certificates. A refused lease keeps neither the certificates nor the Node from renewal. */
async function sendHeartbeat(kube: Kube, { config, configKey, now, log }: SyncInput): Promise<Heartbeat> {
  const input = { kube, config, configKey, log, now };
  let reached = true;
  for (const task of [() => renewLease(kube, config, now), () => reconcileCertificates(input)]) {
    try {
      await task();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      await reportRejection(input, error);
      // The API server is unreachable, or it rejects the credentials: the list would fail in the same way, after another
      // wait.
      if (error.status === 0 || error.status === 401) return { reached: false, unreachable: error.message };
      if (!error.isTold) reportProblem(log, "node", error.message);
      if (error.isHeld) reached = false;
    }
  }
  return { reached };
}
