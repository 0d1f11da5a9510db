import { X509Certificate } from "node:crypto";
import type { Log } from "../../log.ts";
import type { NodeEvent } from "../../model/api/event.ts";
import { type Instant, toTimestamp } from "../../model/api/time.ts";
import type { Cluster, Config } from "../../model/host/config.ts";
import type { KeyPairRequest, NodeCredentials, Validity } from "../../model/host/credentials.ts";
import { CLIENT_KEY_PAIR } from "../../model/paths.ts";
import { contentOf } from "../kube/http.ts";
import type { Kube } from "../kube/kube.ts";
import { type RejectionCase, rejectionMessage } from "./explain-rejection.ts";
import { forgetPending, hasPending, isFor, readKeyPair, validity } from "./key-pair-files.ts";
import { type Outcome, requestCertificate } from "./request-certificate.ts";
import { ageOf, pollDelay, renewalTime, retryDelay } from "./rotation.ts";

/** Somebody may put other files in the place of those that are not ours to renew. */
const MAX_POLL_MS = 3_600_000;
const MIN_POLL_MS = 10_000;
/** A request of this age is told to people: nobody approves it of himself. */
const API_BUDGET_MS = 10_000;

export interface CertificateRotation {
  readonly kube: Kube;
  readonly config: Config;
  /** Of the serving certificate: host names and addresses. */
  readonly names: readonly string[];
  readonly log: Log;
  readonly now: Instant;
}

/** What became of one pair: when to look again, whether it was refused, and what is to be told. */
interface RotationResult {
  readonly next: Instant;
  readonly refusals: number;
  readonly trouble?: string;
}

/**
 * Renews what is due, one step of it: the next run goes on. Throws nothing for one pair that harms the other; `trouble`
 * says what people should know.
 */
export async function rotateCertificates(
  input: CertificateRotation,
  before: NodeCredentials | undefined,
): Promise<{ readonly identity: NodeCredentials; readonly trouble?: string }> {
  const { config, now } = input;
  const refusals = { client: before?.refusals.client ?? 0, serving: before?.refusals.serving ?? 0 };
  const kept: RotationResult[] = [];
  for (const wish of requestedKeyPairs(input)) {
    const one = await rotateKeyPair(wish, input, refusals[wish.kind]);
    refusals[wish.kind] = one.refusals;
    kept.push(one);
  }
  const troubles = kept.flatMap(({ trouble }) => trouble ?? []);
  const client = clientValidity(config.cluster);
  const until = Math.max(now + MIN_POLL_MS, Math.min(now + MAX_POLL_MS, ...kept.map(({ next }) => next)));
  return {
    identity: { until, refusals, ...(client ? { client } : {}) },
    ...(troubles.length > 0 ? { trouble: troubles.join("; ") } : {}),
  };
}

function requestedKeyPairs({ config, names }: CertificateRotation): KeyPairRequest[] {
  const { cluster, endpoint, nodeName } = config;
  const isAsked =
    endpoint !== undefined && endpoint.servingPair === undefined && endpoint.servingCertificate !== "self-signed";
  return [
    ...(isOwnKeyPair(cluster) ? [{ kind: "client" as const, nodeName, names: [] }] : []),
    ...(isAsked ? [{ kind: "serving" as const, nodeName, names }] : []),
  ];
}

/** As `unitlet join` writes the kubeconfig: then the pair is ours to renew. */
function isOwnKeyPair(cluster: Cluster | undefined): boolean {
  return (
    cluster?.certificate !== undefined && "file" in cluster.certificate && cluster.certificate.file === CLIENT_KEY_PAIR
  );
}

/** Whatever goes wrong with a certificate is told, and keeps no run from looking after its pods. */
async function rotateKeyPair(
  wish: KeyPairRequest,
  input: CertificateRotation,
  refusals: number,
): Promise<RotationResult> {
  try {
    return await tryKeyPair(wish, input, refusals);
  } catch (error) {
    const trouble = `cannot get a ${wish.kind} certificate: ${(error as Error).message}`;
    return { next: input.now + retryDelay(1), refusals, trouble };
  }
}

async function tryKeyPair(
  wish: KeyPairRequest,
  { kube, log, now }: CertificateRotation,
  refusals: number,
): Promise<RotationResult> {
  const pair = readKeyPair(wish.kind);
  if (pair !== undefined && isFor(pair, wish) && now < renewal(pair)) {
    if (hasPending(wish.kind)) forgetPending(wish.kind);
    return { next: renewal(pair), refusals: 0 };
  }
  const outcome = await requestCertificate(wish, kube.api);
  const event = eventOf(wish, outcome, now);
  if (event !== undefined) await kube.events.recordNodeEvent(event, now);
  return rotationState(wish, outcome, { pair, log, now, refusals });
}

interface Circumstances {
  readonly pair: X509Certificate | undefined;
  readonly log: Log;
  readonly now: Instant;
  readonly refusals: number;
}

function rotationState(
  wish: KeyPairRequest,
  outcome: Outcome,
  { pair, log, now, refusals }: Circumstances,
): RotationResult {
  switch (outcome.state) {
    case "issued": {
      const { to } = validity(outcome.certificate);
      log.notice("certificate", { kind: wish.kind, until: toTimestamp(to) });
      return { next: Math.max(renewal(outcome.certificate), now + retryDelay(1)), refusals: 0 };
    }
    case "refused":
      return { next: now + retryDelay(refusals + 1), refusals: refusals + 1, trouble: outcome.because };
    case "pending": {
      const age = ageOf(outcome.request.metadata.creationTimestamp, now);
      // A serving certificate that nobody approves is an ordinary state: what is served meanwhile is configured.
      const isMissed = age > API_BUDGET_MS && pair !== undefined;
      return { next: now + pollDelay(age), refusals, ...(isMissed ? { trouble: waitingWords(wish, outcome) } : {}) };
    }
  }
}

function waitingWords({ kind }: KeyPairRequest, { request, isApproved }: Outcome & { state: "pending" }): string {
  const { name } = request.metadata;
  return isApproved
    ? `the request for a ${kind} certificate is approved, and nobody signs it: is csrsigning at work in the kube-controller-manager? (kubectl get csr ${name})`
    : `the request for a ${kind} certificate waits for somebody to approve it: kubectl certificate approve ${name}`;
}

/** For those who read `kubectl describe node`. */
function eventOf(wish: KeyPairRequest, outcome: Outcome, now: Instant): NodeEvent | undefined {
  if (outcome.state === "issued") return undefined;
  if (outcome.state === "refused")
    return { type: "Warning", reason: "CertificateRefused", message: outcome.because, occurrence: outcome.request };
  const { name, creationTimestamp } = outcome.request.metadata;
  if (ageOf(creationTimestamp, now) < API_BUDGET_MS) return undefined;
  return { type: "Normal", reason: "CertificatePending", message: waitingWords(wish, outcome), occurrence: name };
}

function renewal(certificate: X509Certificate): Instant {
  return renewalTime(validity(certificate), certificate.serialNumber);
}

/** Of any client certificate, also one that is not ours to renew. */
function clientValidity(cluster: Cluster | undefined): Validity | undefined {
  try {
    const text = contentOf(cluster?.certificate);
    return text === undefined ? undefined : validity(new X509Certificate(text));
  } catch {
    return undefined;
  }
}

/** See refusal-words.ts. */
export function explainRejection(
  cluster: Cluster | undefined,
  refusal: Omit<RejectionCase, "client" | "isOurs">,
): string | undefined {
  const client = clientValidity(cluster);
  return rejectionMessage({ ...refusal, isOurs: isOwnKeyPair(cluster), ...(client ? { client } : {}) });
}
