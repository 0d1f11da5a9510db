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
import { hasPending, isFor, readKeyPair, removePending, validity } from "./key-pair-files.ts";
import { type Outcome, requestCertificate } from "./request-certificate.ts";
import { ageOf, pollDelay, renewalTime, retryDelay } from "./rotation.ts";

/** The longest interval between two checks, because an administrator may replace files that unitlet does not renew. */
const MAX_POLL_MS = 3_600_000;
const MIN_POLL_MS = 10_000;
/** A request that is pending for longer is reported, because an administrator may have to approve it. */
const REPORT_PENDING_AFTER_MS = 10_000;

/** The input of one rotation. */
export interface CertificateRotation {
  readonly kube: Kube;
  readonly config: Config;
  /** The host names and addresses of the serving certificate. */
  readonly names: readonly string[];
  readonly log: Log;
  readonly now: Instant;
}

/** The result for one key pair: the time of the next check, the number of rejections in a row, and a problem to report. */
interface RotationResult {
  readonly next: Instant;
  readonly refusals: number;
  readonly problem?: string;
}

/**
 * Takes the next step of each renewal that is due; the next run continues. An error of one key pair does not affect the
 * other one, and is returned in `problem`, a message for the journal.
 */
export async function rotateCertificates(
  input: CertificateRotation,
  before: NodeCredentials | undefined,
): Promise<{ readonly identity: NodeCredentials; readonly problem?: string }> {
  const { config, now } = input;
  const refusals = { client: before?.refusals.client ?? 0, serving: before?.refusals.serving ?? 0 };
  const results: RotationResult[] = [];
  for (const keyPair of requestedKeyPairs(input)) {
    const result = await rotateKeyPair(keyPair, input, refusals[keyPair.kind]);
    refusals[keyPair.kind] = result.refusals;
    results.push(result);
  }
  const problems = results.flatMap(({ problem }) => problem ?? []);
  const client = clientValidity(config.cluster);
  const until = Math.max(now + MIN_POLL_MS, Math.min(now + MAX_POLL_MS, ...results.map(({ next }) => next)));
  return {
    identity: { until, refusals, ...(client ? { client } : {}) },
    ...(problems.length > 0 ? { problem: problems.join("; ") } : {}),
  };
}

function requestedKeyPairs({ config, names }: CertificateRotation): KeyPairRequest[] {
  const { cluster, endpoint, nodeName } = config;
  const needsRequest =
    endpoint !== undefined && endpoint.servingPair === undefined && endpoint.servingCertificate !== "self-signed";
  return [
    ...(isOwnKeyPair(cluster) ? [{ kind: "client" as const, nodeName, names: [] }] : []),
    ...(needsRequest ? [{ kind: "serving" as const, nodeName, names }] : []),
  ];
}

/** True for a kubeconfig of `unitlet join`, whose key pair unitlet renews. */
function isOwnKeyPair(cluster: Cluster | undefined): boolean {
  return (
    cluster?.certificate !== undefined && "file" in cluster.certificate && cluster.certificate.file === CLIENT_KEY_PAIR
  );
}

/** Returns an error as a problem, because a run must handle its pods without a certificate as well. */
async function rotateKeyPair(
  keyPair: KeyPairRequest,
  input: CertificateRotation,
  refusals: number,
): Promise<RotationResult> {
  try {
    return await tryKeyPair(keyPair, input, refusals);
  } catch (error) {
    const problem = `cannot get a ${keyPair.kind} certificate: ${(error as Error).message}`;
    return { next: input.now + retryDelay(1), refusals, problem };
  }
}

async function tryKeyPair(
  keyPair: KeyPairRequest,
  { kube, log, now }: CertificateRotation,
  refusals: number,
): Promise<RotationResult> {
  const current = readKeyPair(keyPair.kind);
  if (current !== undefined && isFor(current, keyPair) && now < renewal(current)) {
    if (hasPending(keyPair.kind)) removePending(keyPair.kind);
    return { next: renewal(current), refusals: 0 };
  }
  const outcome = await requestCertificate(keyPair, kube.api);
  const event = eventOf(keyPair, outcome, now);
  if (event !== undefined) await kube.events.recordNodeEvent(event, now);
  return rotationState(keyPair, outcome, { current, log, now, refusals });
}

interface RotationContext {
  readonly current: X509Certificate | undefined;
  readonly log: Log;
  readonly now: Instant;
  readonly refusals: number;
}

function rotationState(
  keyPair: KeyPairRequest,
  outcome: Outcome,
  { current, log, now, refusals }: RotationContext,
): RotationResult {
  switch (outcome.state) {
    case "issued": {
      const { to } = validity(outcome.certificate);
      log.notice("certificate", { kind: keyPair.kind, until: toTimestamp(to) });
      return { next: Math.max(renewal(outcome.certificate), now + retryDelay(1)), refusals: 0 };
    }
    case "refused":
      return { next: now + retryDelay(refusals + 1), refusals: refusals + 1, problem: outcome.because };
    case "pending": {
      const age = ageOf(outcome.request.metadata.creationTimestamp, now);
      // A serving certificate without approval is an ordinary state: `servingCertificate` decides what is served meanwhile.
      const isReported = age > REPORT_PENDING_AFTER_MS && current !== undefined;
      return {
        next: now + pollDelay(age),
        refusals,
        ...(isReported ? { problem: pendingMessage(keyPair, outcome) } : {}),
      };
    }
  }
}

function pendingMessage({ kind }: KeyPairRequest, { request, isApproved }: Outcome & { state: "pending" }): string {
  const { name } = request.metadata;
  return isApproved
    ? `the request for a ${kind} certificate is approved but not signed: check that the controller csrsigning of the kube-controller-manager is enabled (kubectl get csr ${name})`
    : `the request for a ${kind} certificate waits for approval: kubectl certificate approve ${name}`;
}

/** Returns the Event of an outcome, which `kubectl describe node` shows; undefined when there is nothing to report. */
function eventOf(keyPair: KeyPairRequest, outcome: Outcome, now: Instant): NodeEvent | undefined {
  if (outcome.state === "issued") return undefined;
  if (outcome.state === "refused")
    return { type: "Warning", reason: "CertificateRefused", message: outcome.because, occurrence: outcome.request };
  const { name, creationTimestamp } = outcome.request.metadata;
  if (ageOf(creationTimestamp, now) < REPORT_PENDING_AFTER_MS) return undefined;
  return { type: "Normal", reason: "CertificatePending", message: pendingMessage(keyPair, outcome), occurrence: name };
}

function renewal(certificate: X509Certificate): Instant {
  return renewalTime(validity(certificate), certificate.serialNumber);
}

/** Returns the validity of the client certificate, also of one that unitlet does not renew. */
function clientValidity(cluster: Cluster | undefined): Validity | undefined {
  try {
    const text = contentOf(cluster?.certificate);
    return text === undefined ? undefined : validity(new X509Certificate(text));
  } catch {
    return undefined;
  }
}

/** Returns the message of `rejectionMessage` for the client certificate of this cluster. */
export function explainRejection(
  cluster: Cluster | undefined,
  refusal: Omit<RejectionCase, "client" | "isOurs">,
): string | undefined {
  const client = clientValidity(cluster);
  return rejectionMessage({ ...refusal, isOurs: isOwnKeyPair(cluster), ...(client ? { client } : {}) });
}
