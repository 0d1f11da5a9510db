import type { Service } from "../../model/api/service.ts";
import type { Instant } from "../../model/api/time.ts";
import type { PersistentVolume, PersistentVolumeClaim } from "../../model/api/volume.ts";
import type {
  FetchResult,
  ObjectReference,
  Reference,
  ReferredObjects,
  TokenReference,
} from "../../model/references.ts";
import { ApiError } from "./api-error.ts";
import type { ApiClient } from "./http.ts";

/** Fetches the object of a reference, and returns the parts of it that are used, or why it cannot be fetched. */
export async function fetchReferred(api: ApiClient, reference: Reference, now: Instant): Promise<FetchResult> {
  try {
    const value = reference.kind === "token" ? await createToken(api, reference) : await getObject(api, reference);
    return { ok: true, value, at: now };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const missing = error.status === 404;
    const gone = missing && reference.kind !== "token";
    const because = gone ? `${reference.kind} "${reference.name}" not found` : error.message;
    return { ok: false, missing, because, at: now };
  }
}

async function createToken(api: ApiClient, reference: TokenReference): Promise<string> {
  const { namespace, serviceAccount, audience, expirationSeconds, podName, podUID } = reference;
  const boundObjectRef = { kind: "Pod", apiVersion: "v1", name: podName, uid: podUID };
  const body = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { audiences: audience ? [audience] : [], expirationSeconds, boundObjectRef },
  };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
  const { status } = await api.json<{ status: { token: string } }>({ method: "POST", path, body, about: podUID });
  return status.token;
}

const RESOURCES = {
  configmap: "configmaps",
  secret: "secrets",
  service: "services",
  services: "services",
  persistentvolumeclaim: "persistentvolumeclaims",
  persistentvolume: "persistentvolumes",
  clustertrustbundle: "clustertrustbundles",
} as const;

async function getObject(api: ApiClient, { kind, namespace, name }: ObjectReference): Promise<unknown> {
  const root = kind === "clustertrustbundle" ? "/apis/certificates.k8s.io/v1beta1" : "/api/v1";
  const place = [...(namespace ? ["namespaces", namespace] : []), RESOURCES[kind], ...(name ? [name] : [])];
  const path = [root, ...place.map((part, at) => (at === 0 ? part : encodeURIComponent(part)))].join("/");
  return USED[kind](await api.json<never>({ method: "GET", path }));
}

type Used = { readonly [K in ObjectReference["kind"]]: (object: never) => ReferredObjects[K] };

/** Selects the parts that are used, so that nothing else is stored. */
const USED: Used = {
  configmap: ({ data = {}, binaryData = {} }: ReferredObjects["configmap"]) => ({ data, binaryData }),
  secret: ({ data = {} }: ReferredObjects["secret"]) => ({ data }),
  service: usedOfService,
  services: ({ items }: { items?: readonly Service[] }) => (items ?? []).map(usedOfService),
  persistentvolumeclaim: ({ metadata, spec, status }: PersistentVolumeClaim) => ({
    metadata: { name: metadata.name, uid: metadata.uid ?? "", ownerReferences: metadata.ownerReferences ?? [] },
    ...(spec ? { spec } : {}),
    ...(status ? { status } : {}),
  }),
  persistentvolume: ({ metadata, spec }: PersistentVolume) => ({
    metadata: { name: metadata.name },
    ...(spec ? { spec } : {}),
  }),
  clustertrustbundle: ({ spec }: { spec: { trustBundle: string } }) => spec.trustBundle,
};

function usedOfService({ metadata, spec }: Service): Service {
  const { clusterIP = "", ports = [] } = spec ?? {};
  const used = ports.map(({ name, port, protocol }) => ({
    ...(name ? { name } : {}),
    port,
    ...(protocol ? { protocol } : {}),
  }));
  return { metadata: { name: metadata.name }, spec: { clusterIP, ports: used } };
}
