import { containersOf } from "../model/api/containers.ts";
import type { Container, Pod } from "../model/api/pod.ts";
import { lookUp, type Need, type References, type TokenReference } from "../model/references.ts";
import type { Instant } from "../model/api/time.ts";
import type { ProjectedSource, TokenProjection, Volume } from "../model/api/volume.ts";
import { claimName } from "./volumes/claim.ts";
import { MINUTE, need } from "./need.ts";
import { pullSecretNeeds } from "./images/pull-auth.ts";
import { serviceNeeds } from "./env/service-variables.ts";

const DEFAULT_EXPIRATION = 3600;
const DAY = 24 * 3600;

/** What this pod refers to; what a claim leads to is known only when the claim is. */
export function podNeeds(pod: Pod, known: References): Need[] {
  const containers = containersOf(pod.spec);
  return [
    ...serviceNeeds(pod),
    ...pullSecretNeeds(pod),
    ...containers.flatMap((container) => containerNeeds(pod, container)),
    ...(pod.spec.volumes ?? []).flatMap((volume) => volumeNeeds(pod, volume, known)),
  ];
}

function containerNeeds({ metadata: { namespace } }: Pod, { env = [], envFrom = [] }: Container): Need[] {
  const named = [
    ...envFrom.flatMap(({ configMapRef, secretRef }) => [
      asNeed(configMapRef, "configmap"),
      asNeed(secretRef, "secret"),
    ]),
    ...env.flatMap(({ valueFrom }) => [
      asNeed(valueFrom?.configMapKeyRef, "configmap"),
      asNeed(valueFrom?.secretKeyRef, "secret"),
    ]),
  ];
  return named.flatMap((make) => (make === undefined ? [] : [make(namespace)]));
}

function volumeNeeds(pod: Pod, volume: Volume, known: References): Need[] {
  const { namespace } = pod.metadata;
  const { configMap, secret, projected } = volume;
  const claim = claimName(pod, volume);
  return [
    ...[asNeed(configMap, "configmap"), asNeed(secret && { ...secret, name: secret.secretName }, "secret")].flatMap(
      (make) => (make === undefined ? [] : [make(namespace)]),
    ),
    ...(projected?.sources ?? []).flatMap((source) => sourceNeeds(pod, source)),
    ...(claim === undefined ? [] : claimNeeds(namespace, claim, known)),
  ];
}

function sourceNeeds(
  pod: Pod,
  { serviceAccountToken, configMap, secret, clusterTrustBundle }: ProjectedSource,
): Need[] {
  const { namespace } = pod.metadata;
  const token = serviceAccountToken && tokenReference(pod, serviceAccountToken);
  const objects = [asNeed(configMap, "configmap"), asNeed(secret, "secret")];
  const bundle = clusterTrustBundle?.name;
  return [
    ...objects.flatMap((make) => (make === undefined ? [] : [make(namespace)])),
    ...(token === undefined ? [] : [need(token, Math.min(0.8 * token.expirationSeconds, DAY) * 1000)]),
    ...(bundle === undefined ? [] : [need({ kind: "clustertrustbundle", namespace: "", name: bundle })]),
  ];
}

/** The claim's volume is asked for only once the claim says which. */
function claimNeeds(namespace: string, name: string, known: References): Need[] {
  const claim = lookUp(known, "persistentvolumeclaim", namespace, name);
  const volume = claim.ok ? claim.value.spec?.volumeName : undefined;
  return [
    need({ kind: "persistentvolumeclaim", namespace, name }, volume ? 10 * MINUTE : 0),
    ...(volume ? [need({ kind: "persistentvolume", namespace: "", name: volume }, 10 * MINUTE)] : []),
  ];
}

function asNeed(
  ref: { readonly name: string; readonly optional?: boolean } | undefined,
  kind: "configmap" | "secret",
): ((namespace: string) => Need) | undefined {
  if (ref === undefined) return undefined;
  return (namespace) => need({ kind, namespace, name: ref.name }, MINUTE, ref.optional ?? false);
}

export function tokenReference(
  { metadata, spec }: Pod,
  { audience, expirationSeconds }: TokenProjection,
): TokenReference {
  return {
    kind: "token",
    namespace: metadata.namespace,
    serviceAccount: spec.serviceAccountName ?? "default",
    ...(audience ? { audience } : {}),
    expirationSeconds: expirationSeconds ?? DEFAULT_EXPIRATION,
    podName: metadata.name,
    podUID: metadata.uid,
  };
}

/** The needs of all pods, each once: as often as the most impatient of those who share it wants it. */
export function allNeeds(pods: readonly Pod[], known: References): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const each of pods.flatMap((pod) => podNeeds(pod, known))) {
    const other = needs.get(each.key) ?? each;
    needs.set(each.key, {
      ...each,
      maxAge: Math.min(each.maxAge, other.maxAge),
      optional: each.optional && other.optional,
    });
  }
  return [...needs.values()];
}

/** When this is to be asked again. What is missing and needed is asked for in every run. */
export function dueAt({ key, reference, maxAge, optional }: Need, known: References): Instant {
  const fetched = known.get(key);
  if (fetched === undefined) return 0;
  if (!fetched.ok) return fetched.missing && optional ? fetched.at + maxAge : 0;
  const life = reference.kind === "token" ? tokenLife(fetched.value as string) : Number.POSITIVE_INFINITY;
  return fetched.at + Math.min(maxAge, 0.8 * life);
}

/** Milliseconds; the API server may give less than it was asked for. One that cannot be read is none. */
function tokenLife(token: string): number {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    const { iat, exp } = claims as { iat?: unknown; exp?: unknown };
    return typeof iat === "number" && typeof exp === "number" ? (exp - iat) * 1000 : 0;
  } catch {
    return 0;
  }
}

export function dueNeeds(needs: readonly Need[], known: References, now: Instant): readonly Need[] {
  // Of the future is only what a clock that was put back has left.
  return needs.filter((each) => now >= dueAt(each, known) || (known.get(each.key)?.at ?? 0) > now);
}

/** When the first reference of these pods is due again; undefined when nothing ever is. */
export function nextRefresh(pods: readonly Pod[], known: References): Instant | undefined {
  const times = allNeeds(pods, known).map((each) => dueAt(each, known));
  return times.length === 0 ? undefined : Math.min(...times);
}
