import type { Service } from "./api/service.ts";
import type { Instant } from "./api/time.ts";
import type { PersistentVolume, PersistentVolumeClaim } from "./api/volume.ts";

/** An object that a pod names, with what of it is used. A Secret's data are base64. */
export interface ReferredObjects {
  readonly configmap: ConfigMap;
  readonly secret: Secret;
  readonly persistentvolumeclaim: PersistentVolumeClaim;
  readonly persistentvolume: PersistentVolume;
  readonly service: Service;
  /** All of a namespace. */
  readonly services: readonly Service[];
  readonly clustertrustbundle: string;
  readonly token: string;
}

export interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
  /** base64 */
  readonly binaryData?: Readonly<Record<string, string>>;
}

export interface Secret {
  readonly data?: Readonly<Record<string, string>>;
}

export type ReferenceKind = keyof ReferredObjects;

/** Of one object, by name: a node may not list what its pods do not use. */
export interface ObjectReference {
  readonly kind: Exclude<ReferenceKind, "token">;
  /** "" for what is in no namespace. */
  readonly namespace: string;
  /** "" for all of the namespace. */
  readonly name: string;
}

/** One token to ask for: the API server binds it to the pod, so it ends with it. */
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

/** What a pod needs to know, and how old that may be (milliseconds). */
export interface Dependency {
  readonly key: string;
  readonly reference: Reference;
  readonly maxAge: number;
  /** That it is not there is an answer too: it need not be asked again at once. */
  readonly optional: boolean;
}

/** What a pod depends on; `maxAge` in milliseconds, a minute unless given (as the kubelet's caches of ConfigMaps and Secrets). */
export function dependency(reference: Reference, maxAge = 60_000, optional = false): Dependency {
  return { key: referenceKey(reference), reference, maxAge, optional };
}

export type FetchResult<T = unknown> =
  | { readonly ok: true; readonly value: T; readonly at: Instant }
  | {
      readonly ok: false;
      /** The API server says that there is none. */
      readonly missing: boolean;
      readonly because: string;
      readonly at: Instant;
    };

/** All that is known of what pods refer to, by the key of the need; what could not be had anew is as it was. */
export type ResolvedReferences = ReadonlyMap<string, FetchResult>;

/** Under which a reference is kept; two pods that name the same object share it. */
export function referenceKey(reference: Reference): string {
  if (reference.kind !== "token") return `${reference.kind}/${reference.namespace}/${reference.name}`;
  const { podUID, serviceAccount, audience = "", expirationSeconds } = reference;
  return `token/${podUID}/${serviceAccount}/${expirationSeconds}/${audience}`;
}

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

export const NOT_FETCHED = { ok: false, missing: false, because: "the API server was not asked", at: 0 } as const;
