import { namespacedName } from "./api/namespaced-name.ts";
import type { Service } from "./api/service.ts";
import type { Instant } from "./api/time.ts";
import type { PersistentVolume, PersistentVolumeClaim } from "./api/volume.ts";

/** The parts that are used of the objects that a pod can refer to. */
export interface ReferredObjects {
  readonly configmap: ConfigMap;
  readonly secret: Secret;
  readonly persistentvolumeclaim: PersistentVolumeClaim;
  readonly persistentvolume: PersistentVolume;
  readonly service: Service;
  /** All Services of a namespace. */
  readonly services: readonly Service[];
  readonly clustertrustbundle: string;
  readonly token: string;
}

export interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
  /** Values are base64. */
  readonly binaryData?: Readonly<Record<string, string>>;
}

export interface Secret {
  /** Values are base64. */
  readonly data?: Readonly<Record<string, string>>;
}

export type ReferenceKind = keyof ReferredObjects;

/** One object by its name. The node authorizer lets a node read only the objects that its pods use. */
export interface ObjectReference {
  readonly kind: Exclude<ReferenceKind, "token">;
  /** "" for a cluster-scoped object. */
  readonly namespace: string;
  /** "" for all objects of the namespace. */
  readonly name: string;
}

/** A token to request. The API server binds it to the pod, and rejects it once the pod is gone. */
export interface TokenReference {
  readonly kind: "token";
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audience?: string;
  readonly expirationSeconds: number;
  readonly podName: string;
  readonly podUID: string;
}

export type Reference = ObjectReference | TokenReference;

/** An object that a pod needs. */
export interface Dependency {
  readonly key: string;
  readonly reference: Reference;
  /** How old a fetched object may be, in milliseconds. */
  readonly maxAge: number;
  /** A 404 is stored as well, so that a missing object is not requested on every run. */
  readonly optional: boolean;
}

/**
 * Returns a dependency of a pod. `maxAge` is in milliseconds. Its default of one minute is that of the kubelet's caches
 * of ConfigMaps and Secrets (`configmap_manager.go: defaultTTL`, v1.36).
 */
export function dependency(reference: Reference, maxAge = 60_000, optional = false): Dependency {
  return { key: referenceKey(reference), reference, maxAge, optional };
}

export type FetchResult<T = unknown> =
  | { readonly ok: true; readonly value: T; readonly at: Instant }
  | {
      readonly ok: false;
      /** True when the API server returned 404. */
      readonly missing: boolean;
      readonly because: string;
      readonly at: Instant;
    };

/**
 * The objects that pods refer to, by `referenceKey`. For an object that cannot be fetched again, the stored one stays.
 */
export type ResolvedReferences = ReadonlyMap<string, FetchResult>;

/** Returns the key of a reference; two pods that name the same object share it. */
export function referenceKey(reference: Reference): string {
  if (reference.kind !== "token") return `${reference.kind}/${namespacedName(reference)}`;
  const { podUID, serviceAccount, audience = "", expirationSeconds } = reference;
  return `token/${podUID}/${serviceAccount}/${expirationSeconds}/${audience}`;
}

/** Returns the object; NOT_FETCHED when no run has requested it yet. */
export function resolveReference<K extends Exclude<ReferenceKind, "token">>(
  references: ResolvedReferences,
  kind: K,
  namespace: string,
  name: string,
): FetchResult<ReferredObjects[K]> {
  return (
    (references.get(referenceKey({ kind, namespace, name })) as FetchResult<ReferredObjects[K]> | undefined) ??
    NOT_FETCHED
  );
}

export const NOT_FETCHED = {
  ok: false,
  missing: false,
  because: "it has not been requested from the API server",
  at: 0,
} as const;
