import { loadReconcile } from "../io/bundles/loaders.ts";
import { hostFingerprint } from "../io/host/fingerprint.ts";
import { readLevels } from "../io/host/host.ts";
import { ApiError } from "../io/kube/http.ts";
import type { Kube } from "../io/kube/kube.ts";
import { reportProblem } from "../io/problems.ts";
import { clearSyncRequest } from "../io/systemd/sync-trigger.ts";
import type { Log } from "../log.ts";
import type { Instant } from "../model/api/time.ts";
import type { Config } from "../model/host/config.ts";
import { activePressures } from "../model/host/pressure.ts";
import type { RunEnd } from "../model/run-end.ts";
import type { ListResult, PodSource } from "../ports.ts";
import { unitletVersion } from "../version.ts";
import { reconcileCertificates, reportRejection } from "./certificates.ts";
import { isUpToDate } from "./fast-path.ts";
import { isLeaseDue, reconcileNode, renewLease } from "./heartbeat.ts";

export interface SyncInput {
  readonly config: Config;
  readonly configKey: string;
  /** Undefined: standalone. */
  readonly kube?: Kube;
  readonly source: PodSource;
  readonly libDir: string;
  readonly log: Log;
  readonly now: Instant;
  /** The host goes down: say how things are, change nothing. */
  readonly shuttingDown?: boolean;
}

/**
 * One run: the lease, the list, and a look at the host without asking anybody. If all is as the last run left it, that
 * was it. Otherwise run.ts does the rest.
 */
export async function sync(input: SyncInput): Promise<RunEnd> {
  const { kube, source, config, configKey, now, shuttingDown = false } = input;
  clearSyncRequest();
  const beat = kube !== undefined && (shuttingDown || isLeaseDue(now));
  const trouble = beat ? await tryHeartbeat(kube, input) : undefined;
  const listResult: ListResult = trouble === undefined ? await source.list() : { ok: false, because: trouble };
  const digestBefore = listResult.ok ? `${configKey} ${listResult.digest} ${hostFingerprint()}` : undefined;
  // While the host is short of something, somebody may have to go, however quiet it is.
  const mayRest = !shuttingDown && !(beat && activePressures(config, readLevels()).length > 0);
  if (mayRest && digestBefore !== undefined && isUpToDate(digestBefore, now))
    return { status: 0, outcome: "settled", failedSteps: [] };
  const { reconcile } = await loadReconcile();
  return await reconcile({ ...input, listResult, digestBefore });
}

/** Why the API server cannot be asked for more; undefined when it can. */
async function tryHeartbeat(
  kube: Kube,
  { config, configKey, now, log, shuttingDown = false }: SyncInput,
): Promise<string | undefined> {
  const input = { kube, config, configKey, log, now };
  try {
    await renewLease(kube, config, now);
    const identity = await reconcileCertificates(input);
    await reconcileNode({ kube, config, now, version: unitletVersion, identity, shuttingDown });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Unreachable or not letting us in: the list would fail in the same way, after as long a wait.
    await reportRejection(input, error);
    if (error.status === 0 || error.status === 401) return error.message;
    reportProblem(log, "node", error.message);
    return undefined;
  }
}
