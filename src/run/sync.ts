import { beatIsDue, keepNode, renewLease } from "./heartbeat.ts";
import { keepIdentity, sayRefusal } from "./certificates.ts";
import { answerDoorbell } from "../io/systemd/sync-trigger.ts";
import { hostFingerprint } from "../io/host/fingerprint.ts";
import { readLevels } from "../io/host/host.ts";
import { ApiError } from "../io/kube/http.ts";
import type { Kube } from "../io/kube/kube.ts";
import { sayTrouble } from "../io/problems.ts";
import { loadRun } from "../io/bundles/work-bundle.ts";
import type { Log } from "../log.ts";
import type { Config } from "../model/host/config.ts";
import { shortages } from "../model/host/pressure.ts";
import type { RunEnd } from "../model/run-end.ts";
import type { Instant } from "../model/api/time.ts";
import type { Answer, PodSource } from "../ports.ts";
import { isSettled } from "./fast-path.ts";
import { unitletVersion } from "../version.ts";

export interface Sync {
  readonly config: Config;
  readonly configKey: string;
  /** Undefined: standalone. */
  readonly kube?: Kube;
  readonly source: PodSource;
  readonly libDir: string;
  readonly log: Log;
  readonly now: Instant;
  /** The host goes down: say how things are, change nothing. */
  readonly goingDown?: boolean;
}

/**
 * One run: the lease, the list, and a look at the host without asking anybody. If all is as the last run left it, that
 * was it. Otherwise run.ts does the rest.
 */
export async function sync(input: Sync): Promise<RunEnd> {
  const { kube, source, config, configKey, now, goingDown = false } = input;
  answerDoorbell();
  const beat = kube !== undefined && (goingDown || beatIsDue(now));
  const trouble = beat ? await tryBeat(kube, input) : undefined;
  const answer: Answer = trouble === undefined ? await source.list() : { ok: false, because: trouble };
  const seen = answer.ok ? `${configKey} ${answer.digest} ${hostFingerprint()}` : undefined;
  // While the host is short of something, somebody may have to go, however quiet it is.
  const mayRest = !goingDown && !(beat && shortages(config, readLevels()).length > 0);
  if (mayRest && seen !== undefined && isSettled(seen, now)) return { status: 0, outcome: "settled", failedSteps: [] };
  const { run } = await loadRun();
  return await run({ ...input, answer, seen });
}

/** Why the API server cannot be asked for more; undefined when it can. */
async function tryBeat(
  kube: Kube,
  { config, configKey, now, log, goingDown = false }: Sync,
): Promise<string | undefined> {
  const input = { kube, config, configKey, log, now };
  try {
    await renewLease(kube, config, now);
    const identity = await keepIdentity(input);
    await keepNode({ kube, config, now, version: unitletVersion, identity, goingDown });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Unreachable or not letting us in: the list would fail in the same way, after as long a wait.
    await sayRefusal(input, error);
    if (error.status === 0 || error.status === 401) return error.message;
    sayTrouble(log, "node", error.message);
    return undefined;
  }
}
