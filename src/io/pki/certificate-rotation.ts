import { X509Certificate } from "node:crypto";
import type { Log } from "../../log.ts";
import type { Cluster, Config } from "../../model/host/config.ts";
import type { NodeEvent } from "../../model/api/event.ts";
import type { Identity, PairWish, Validity } from "../../model/host/credentials.ts";
import { CLIENT_PAIR } from "../../model/paths.ts";
import { type Instant, toTimestamp } from "../../model/api/time.ts";
import { contentOf } from "../kube/http.ts";
import type { Kube } from "../kube/kube.ts";
import { type Outcome, obtainPair } from "./request-certificate.ts";
import { forgetPending, hasPending, isFor, readPair, validity } from "./key-pair-files.ts";
import { type RefusalCase, refusalWords } from "./explain-rejection.ts";
import { ageOf, pollAfter, renewalTime, retryAfter } from "./rotation.ts";

/** Somebody may put other files in the place of those that are not ours to renew. */
const LONGEST = 3_600_000;
const SHORTEST = 10_000;
/** A request of this age is told to people: nobody approves it of himself. */
const PATIENCE = 10_000;

export interface KeepPairs {
  readonly kube: Kube;
  readonly config: Config;
  /** Of the serving certificate: host names and addresses. */
  readonly names: readonly string[];
  readonly log: Log;
  readonly now: Instant;
}

/** What became of one pair: when to look again, whether it was refused, and what is to be told. */
interface Kept {
  readonly next: Instant;
  readonly refusals: number;
  readonly trouble?: string;
}

/**
 * Renews what is due, one step of it: the next run goes on. Throws nothing for one pair that harms the other; `trouble`
 * says what people should know.
 */
export async function keepPairs(
  input: KeepPairs,
  before: Identity | undefined,
): Promise<{ readonly identity: Identity; readonly trouble?: string }> {
  const { config, now } = input;
  const refusals = { client: before?.refusals.client ?? 0, serving: before?.refusals.serving ?? 0 };
  const kept: Kept[] = [];
  for (const wish of wishes(input)) {
    const one = await keepPair(wish, input, refusals[wish.kind]);
    refusals[wish.kind] = one.refusals;
    kept.push(one);
  }
  const troubles = kept.flatMap(({ trouble }) => trouble ?? []);
  const client = clientValidity(config.cluster);
  const until = Math.max(now + SHORTEST, Math.min(now + LONGEST, ...kept.map(({ next }) => next)));
  return {
    identity: { until, refusals, ...(client ? { client } : {}) },
    ...(troubles.length > 0 ? { trouble: troubles.join("; ") } : {}),
  };
}

function wishes({ config, names }: KeepPairs): PairWish[] {
  const { cluster, endpoint, nodeName } = config;
  const isAsked =
    endpoint !== undefined && endpoint.servingPair === undefined && endpoint.servingCertificate !== "self-signed";
  return [
    ...(isOurPair(cluster) ? [{ kind: "client" as const, nodeName, names: [] }] : []),
    ...(isAsked ? [{ kind: "serving" as const, nodeName, names }] : []),
  ];
}

/** As `unitlet join` writes the kubeconfig: then the pair is ours to renew. */
function isOurPair(cluster: Cluster | undefined): boolean {
  return (
    cluster?.certificate !== undefined && "file" in cluster.certificate && cluster.certificate.file === CLIENT_PAIR
  );
}

/** Whatever goes wrong with a certificate is told, and keeps no run from looking after its pods. */
async function keepPair(wish: PairWish, input: KeepPairs, refusals: number): Promise<Kept> {
  try {
    return await tryPair(wish, input, refusals);
  } catch (error) {
    const trouble = `cannot get a ${wish.kind} certificate: ${(error as Error).message}`;
    return { next: input.now + retryAfter(1), refusals, trouble };
  }
}

async function tryPair(wish: PairWish, { kube, log, now }: KeepPairs, refusals: number): Promise<Kept> {
  const pair = readPair(wish.kind);
  if (pair !== undefined && isFor(pair, wish) && now < renewal(pair)) {
    if (hasPending(wish.kind)) forgetPending(wish.kind);
    return { next: renewal(pair), refusals: 0 };
  }
  const outcome = await obtainPair(wish, kube.api);
  const event = eventOf(wish, outcome, now);
  if (event !== undefined) await kube.events.tellOfNode(event, now);
  return judge(wish, outcome, { pair, log, now, refusals });
}

interface Circumstances {
  readonly pair: X509Certificate | undefined;
  readonly log: Log;
  readonly now: Instant;
  readonly refusals: number;
}

function judge(wish: PairWish, outcome: Outcome, { pair, log, now, refusals }: Circumstances): Kept {
  switch (outcome.state) {
    case "issued": {
      const { to } = validity(outcome.certificate);
      log.notice("certificate", { kind: wish.kind, until: toTimestamp(to) });
      return { next: Math.max(renewal(outcome.certificate), now + retryAfter(1)), refusals: 0 };
    }
    case "refused":
      return { next: now + retryAfter(refusals + 1), refusals: refusals + 1, trouble: outcome.because };
    case "pending": {
      const age = ageOf(outcome.request.metadata.creationTimestamp, now);
      // A serving certificate that nobody approves is an ordinary state: what is served meanwhile is configured.
      const isMissed = age > PATIENCE && pair !== undefined;
      return { next: now + pollAfter(age), refusals, ...(isMissed ? { trouble: waitingWords(wish, outcome) } : {}) };
    }
  }
}

function waitingWords({ kind }: PairWish, { request, isApproved }: Outcome & { state: "pending" }): string {
  const { name } = request.metadata;
  return isApproved
    ? `the request for a ${kind} certificate is approved, and nobody signs it: is csrsigning at work in the kube-controller-manager? (kubectl get csr ${name})`
    : `the request for a ${kind} certificate waits for somebody to approve it: kubectl certificate approve ${name}`;
}

/** For those who read `kubectl describe node`. */
function eventOf(wish: PairWish, outcome: Outcome, now: Instant): NodeEvent | undefined {
  if (outcome.state === "issued") return undefined;
  if (outcome.state === "refused")
    return { type: "Warning", reason: "CertificateRefused", message: outcome.because, occurrence: outcome.request };
  const { name, creationTimestamp } = outcome.request.metadata;
  if (ageOf(creationTimestamp, now) < PATIENCE) return undefined;
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
export function explainRefusal(
  cluster: Cluster | undefined,
  refusal: Omit<RefusalCase, "client" | "isOurs">,
): string | undefined {
  const client = clientValidity(cluster);
  return refusalWords({ ...refusal, isOurs: isOurPair(cluster), ...(client ? { client } : {}) });
}
