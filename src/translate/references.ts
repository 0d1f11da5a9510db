import { containersOf } from "../model/api/containers.ts";
import type { Container, Pod } from "../model/api/pod.ts";
import type { Instant } from "../model/api/time.ts";
import type { ProjectedSource, Volume } from "../model/api/volume.ts";
import { type Dependency, dependency, type ResolvedReferences, resolveReference } from "../model/references.ts";
import { serviceDependencies } from "./env/service-variables.ts";
import { pullSecretDependencies } from "./images/pull-auth.ts";
import { claimName } from "./volumes/claim.ts";
import { tokenReference } from "./volumes/service-account-token.ts";

const MINUTE_MS = 60_000;
const DAY_S = 24 * 3600;

/** Returns what the pod refers to. The volume of a claim is known only once the claim has been read. */
export function podDependencies(pod: Pod, known: ResolvedReferences): Dependency[] {
  const containers = containersOf(pod.spec);
  return [
    ...serviceDependencies(pod),
    ...pullSecretDependencies(pod),
    ...containers.flatMap((container) => containerDependencies(pod, container)),
    ...(pod.spec.volumes ?? []).flatMap((volume) => volumeDependencies(pod, volume, known)),
  ];
}

function containerDependencies({ metadata: { namespace } }: Pod, { env = [], envFrom = [] }: Container): Dependency[] {
  const named = [
    ...envFrom.flatMap(({ configMapRef, secretRef }) => [
      asDependency(configMapRef, "configmap"),
      asDependency(secretRef, "secret"),
    ]),
    ...env.flatMap(({ valueFrom }) => [
      asDependency(valueFrom?.configMapKeyRef, "configmap"),
      asDependency(valueFrom?.secretKeyRef, "secret"),
    ]),
  ];
  return named.flatMap((make) => (make === undefined ? [] : [make(namespace)]));
}

function volumeDependencies(pod: Pod, volume: Volume, known: ResolvedReferences): Dependency[] {
  const { namespace } = pod.metadata;
  const { configMap, secret, projected } = volume;
  const claim = claimName(pod, volume);
  return [
    ...[
      asDependency(configMap, "configmap"),
      asDependency(secret && { ...secret, name: secret.secretName }, "secret"),
    ].flatMap((make) => (make === undefined ? [] : [make(namespace)])),
    ...(projected?.sources ?? []).flatMap((source) => sourceDependencies(pod, source)),
    ...(claim === undefined ? [] : claimDependencies(namespace, claim, known)),
  ];
}

function sourceDependencies(
  pod: Pod,
  { serviceAccountToken, configMap, secret, clusterTrustBundle }: ProjectedSource,
): Dependency[] {
  const { namespace } = pod.metadata;
  const token = serviceAccountToken && tokenReference(pod, serviceAccountToken);
  const objects = [asDependency(configMap, "configmap"), asDependency(secret, "secret")];
  const bundle = clusterTrustBundle?.name;
  return [
    ...objects.flatMap((make) => (make === undefined ? [] : [make(namespace)])),
    ...(token === undefined ? [] : [dependency(token, Math.min(0.8 * token.expirationSeconds, DAY_S) * 1000)]),
    ...(bundle === undefined ? [] : [dependency({ kind: "clustertrustbundle", namespace: "", name: bundle })]),
  ];
}

/** Returns a claim and its volume. The volume is requested only once the claim names it. */
function claimDependencies(namespace: string, name: string, known: ResolvedReferences): Dependency[] {
  const claim = resolveReference(known, "persistentvolumeclaim", namespace, name);
  const volume = claim.ok ? claim.value.spec?.volumeName : undefined;
  return [
    dependency({ kind: "persistentvolumeclaim", namespace, name }, volume ? 10 * MINUTE_MS : 0),
    ...(volume ? [dependency({ kind: "persistentvolume", namespace: "", name: volume }, 10 * MINUTE_MS)] : []),
  ];
}

function asDependency(
  ref: { readonly name: string; readonly optional?: boolean } | undefined,
  kind: "configmap" | "secret",
): ((namespace: string) => Dependency) | undefined {
  if (ref === undefined) return undefined;
  return (namespace) => dependency({ kind, namespace, name: ref.name }, MINUTE_MS, ref.optional ?? false);
}

/** Returns the dependencies of all pods, each once, with the shortest maximum age. */
export function allDependencies(pods: readonly Pod[], known: ResolvedReferences): readonly Dependency[] {
  const needs = new Map<string, Dependency>();
  for (const each of pods.flatMap((pod) => podDependencies(pod, known))) {
    const other = needs.get(each.key) ?? each;
    needs.set(each.key, {
      ...each,
      maxAge: Math.min(each.maxAge, other.maxAge),
      optional: each.optional && other.optional,
    });
  }
  return [...needs.values()];
}

/** Returns when the object must be requested again; 0 for a required object that is missing. */
export function dueAt({ key, reference, maxAge, optional }: Dependency, known: ResolvedReferences): Instant {
  const fetched = known.get(key);
  if (fetched === undefined) return 0;
  if (!fetched.ok) return fetched.missing && optional ? fetched.at + maxAge : 0;
  const life = reference.kind === "token" ? tokenLife(fetched.value as string) : Number.POSITIVE_INFINITY;
  return fetched.at + Math.min(maxAge, 0.8 * life);
}

/**
 * Returns the lifetime of a token in milliseconds, which may be shorter than requested; 0 for one that cannot be read.
 */
function tokenLife(token: string): number {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    const { iat, exp } = claims as { iat?: unknown; exp?: unknown };
    return typeof iat === "number" && typeof exp === "number" ? (exp - iat) * 1000 : 0;
  } catch {
    return 0;
  }
}

/** Returns the dependencies that must be requested now. */
export function dueDependencies(
  needs: readonly Dependency[],
  known: ResolvedReferences,
  now: Instant,
): readonly Dependency[] {
  // A time in the future is left from a clock that has been set back.
  return needs.filter((each) => now >= dueAt(each, known) || (known.get(each.key)?.at ?? 0) > now);
}

/** Returns when the first reference of these pods must be requested again; undefined when none must. */
export function nextRefresh(pods: readonly Pod[], known: ResolvedReferences): Instant | undefined {
  const times = allDependencies(pods, known).map((each) => dueAt(each, known));
  return times.length === 0 ? undefined : Math.min(...times);
}
