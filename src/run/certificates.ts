import { readHost } from "../io/host/host.ts";
import type { ApiError } from "../io/kube/http.ts";
import { loadKeepPairs } from "../io/bundles/certificates-bundle.ts";
import type { Kube } from "../io/kube/kube.ts";
import { keep, recall } from "../io/cache.ts";
import { sayTrouble, toldTrouble } from "../io/problems.ts";
import type { Log } from "../log.ts";
import { nodeAddresses } from "../model/host/addresses.ts";
import type { Config } from "../model/host/config.ts";
import type { Identity } from "../model/host/credentials.ts";
import type { Instant } from "../model/api/time.ts";

/** Node's codes for what can be wrong with a certificate or a handshake. */
const TLS_CODE = /CERT|SIGNATURE|^(ERR_TLS|ERR_SSL|EPROTO)/;

/** Later than this nothing is due: the clock was put back. */
const FARTHEST = 3_600_000;

export interface KeepIdentity {
  readonly kube: Kube;
  readonly config: Config;
  readonly configKey: string;
  readonly log: Log;
  readonly now: Instant;
}

/** Renews the node's certificates when they are due; most of the time that is the reading of one small file. */
export async function keepIdentity({ kube, config, configKey, log, now }: KeepIdentity): Promise<Identity> {
  await tellOfRefusal(kube, log, now);
  const before = recallIdentity(configKey);
  if (before !== undefined && now < before.until && before.until - now <= FARTHEST) return before;
  const { keepPairs } = await loadKeepPairs();
  const { identity, trouble } = await keepPairs({ kube, config, names: servingNames(config, now), log, now }, before);
  sayTrouble(log, "certificates", trouble);
  keep("identity", configKey, identity);
  return identity;
}

/** What the last run that looked has found; undefined when there was none since boot, or with another configuration. */
export function recallIdentity(configKey: string): Identity | undefined {
  return recall<Identity>("identity", configKey);
}

/** What an answer, or its absence, means for the node's identity: said once, with what to do. */
export async function sayRefusal({ config, log, now }: KeepIdentity, { status, cause }: ApiError): Promise<void> {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (status !== 401 && !(status === 0 && TLS_CODE.test(code ?? ""))) return;
  const { explainRefusal } = await loadKeepPairs();
  const words = explainRefusal(config.cluster, { status, ...(code ? { code } : {}), now });
  if (words !== undefined) sayTrouble(log, "identity", words);
}

/** While it lasted nobody in the cluster could be told. */
async function tellOfRefusal(kube: Kube, log: Log, now: Instant): Promise<void> {
  const message = toldTrouble("identity");
  if (message === undefined) return;
  await kube.events.tellOfNode({ type: "Warning", reason: "NotAccepted", message, occurrence: String(now) }, now);
  sayTrouble(log, "identity", undefined);
}

/** The node's addresses, as an approver of kubernetes.io/kubelet-serving compares them with the Node's. */
function servingNames({ nodeIPs }: Config, now: Instant): readonly string[] {
  const host = readHost(nodeIPs, now, {});
  return [host.hostname.toLowerCase(), ...nodeAddresses(host)];
}
