import { loadCertificates } from "../io/bundles/loaders.ts";
import { writeCached } from "../io/cache.ts";
import { readHost } from "../io/host/host.ts";
import type { ApiError } from "../io/kube/api-error.ts";
import type { Kube } from "../io/kube/kube.ts";
import { cachedCredentials } from "../io/pki/cached-credentials.ts";
import { openProblem, reportProblem } from "../io/problems.ts";
import type { Log } from "../log.ts";
import type { Instant } from "../model/api/time.ts";
import { nodeAddresses } from "../model/host/addresses.ts";
import type { Config } from "../model/host/config.ts";
import type { NodeCredentials } from "../model/host/credentials.ts";

/** Matches the codes of Node's errors about certificates and TLS handshakes. */
const TLS_CODE = /CERT|SIGNATURE|^(ERR_TLS|ERR_SSL|EPROTO)/;

/** No check is further ahead than this, unless the clock was set back. */
const MAX_RECHECK_MS = 3_600_000;

export interface CertificatesInput {
  readonly kube: Kube;
  readonly config: Config;
  readonly configKey: string;
  readonly log: Log;
  readonly now: Instant;
}

/** Renews the node's certificates when they are due. Most calls read one small file only. Throws ApiError. */
export async function reconcileCertificates({
  kube,
  config,
  configKey,
  log,
  now,
}: CertificatesInput): Promise<NodeCredentials> {
  await rejectionEvent(kube, log, now);
  const before = cachedCredentials(configKey);
  if (before !== undefined && now < before.until && before.until - now <= MAX_RECHECK_MS) return before;
  const { rotateCertificates } = await loadCertificates();
  const { identity, problem } = await rotateCertificates(
    { kube, config, names: servingNames(config, now), log, now },
    before,
  );
  reportProblem(log, "certificates", problem);
  writeCached("credentials", configKey, identity);
  return identity;
}

/** Reports once that the API server and this node do not accept each other's certificates, and what to do. */
export async function reportRejection(
  { config, log, now }: CertificatesInput,
  { status, cause }: ApiError,
): Promise<void> {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (status !== 401 && !(status === 0 && TLS_CODE.test(code ?? ""))) return;
  const { explainRejection } = await loadCertificates();
  const problem = explainRejection(config.cluster, { status, ...(code ? { code } : {}), now });
  if (problem !== undefined) reportProblem(log, "credentials", problem);
}

/** Writes the Event about a rejection that is over: while it lasted the API server accepted none. */
async function rejectionEvent(kube: Kube, log: Log, now: Instant): Promise<void> {
  const message = openProblem("credentials");
  if (message === undefined) return;
  await kube.events.recordNodeEvent({ type: "Warning", reason: "NotAccepted", message, occurrence: String(now) }, now);
  reportProblem(log, "credentials", undefined);
}

/**
 * Returns the names and addresses of the Node, with which an approver of kubernetes.io/kubelet-serving compares a
 * request.
 */
function servingNames({ nodeIPs }: Config, now: Instant): readonly string[] {
  const host = readHost(nodeIPs, now, {});
  return [host.hostname.toLowerCase(), ...nodeAddresses(host)];
}
