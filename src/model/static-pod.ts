import type { Pod } from "./api/pod.ts";

/** The annotations of the kubelet (`kubelet/types/pod_update.go`, v1.36). */
export const CONFIG_SOURCE = "kubernetes.io/config.source";
export const CONFIG_HASH = "kubernetes.io/config.hash";
export const CONFIG_MIRROR = "kubernetes.io/config.mirror";

const FILE = "file";

/** True for a pod of this host's directory on a node that has joined. Pods of the API server never have this source. */
export function isStaticPod({ metadata }: Pod): boolean {
  return metadata.annotations?.[CONFIG_SOURCE] === FILE;
}

/** True for an object of the API server that shows a static pod. No node runs it. */
export function isMirrorPod({ metadata }: Pick<Pod, "metadata">): boolean {
  return metadata.annotations?.[CONFIG_MIRROR] !== undefined;
}

/**
 * Returns a pod of the API server with "api" as its source if its owner has written another one, as the kubelet does
 * (`kubelet/config/config.go: updatePodsFunc`, v1.36).
 */
export function withApiSource(pod: Pod): Pod {
  const { annotations } = pod.metadata;
  if (annotations?.[CONFIG_SOURCE] === undefined) return pod;
  return { ...pod, metadata: { ...pod.metadata, annotations: { ...annotations, [CONFIG_SOURCE]: "api" } } };
}

/**
 * Returns a pod of the directory as a static pod: with the node in its name, and a toleration of all NoExecute taints
 * (`kubelet/config/common.go: applyDefaults`, v1.36).
 */
export function toStaticPod({ metadata, spec, ...rest }: Pod, nodeName: string): Pod {
  const { tolerations = [] } = spec as { readonly tolerations?: readonly object[] };
  const annotations = { ...metadata.annotations, [CONFIG_HASH]: metadata.uid, [CONFIG_SOURCE]: FILE };
  const withTolerations = { ...spec, tolerations: [...tolerations, { operator: "Exists", effect: "NoExecute" }] };
  return {
    ...rest,
    metadata: { ...metadata, name: `${metadata.name}-${nodeName}`, annotations },
    spec: withTolerations,
  };
}

/** Returns the object that shows a static pod. The API server takes it only with the node's Node as its owner. */
export function toMirrorPod({ metadata, spec }: Pod, node: { readonly name: string; readonly uid: string }): Pod {
  const { name, namespace, labels, annotations } = metadata;
  const owner = { apiVersion: "v1", kind: "Node", ...node, controller: true };
  return {
    metadata: {
      ...({ name, namespace } as Pod["metadata"]),
      ...(labels && { labels }),
      annotations: { ...annotations, [CONFIG_MIRROR]: metadata.uid },
      ownerReferences: [owner],
    },
    spec,
  };
}

/** True when the object shows exactly this static pod (`kubelet/pod/mirror_client.go: getHashFromMirrorPod`, v1.36). */
export function isMirrorOf(mirror: Pod, { metadata }: Pod): boolean {
  return mirror.metadata.annotations?.[CONFIG_MIRROR] === metadata.uid;
}

/**
 * Returns a mirror pod with the UID that its static pod has on the host, and any other pod as it is. `owners` are the UIDs of the
 * pods to which the units of its name belong: a tenant may write the UID of another pod into the annotation.
 */
export function shownPod(pod: Pod, owners: ReadonlySet<string>): Pod {
  const uid = pod.metadata.annotations?.[CONFIG_MIRROR] ?? "";
  return owners.has(uid) ? { ...pod, metadata: { ...pod.metadata, uid } } : pod;
}

/**
 * Returns the first reference to an object of the API server, which a static pod must not have (`api/pod/util.go:
 * HasAPIObjectReference`, v1.36); undefined when it has none.
 */
export function apiReference({ spec }: Pod): string | undefined {
  const { serviceAccountName, serviceAccount, resourceClaims, imagePullSecrets } = spec as unknown as Record<
    string,
    unknown
  >;
  if (serviceAccountName !== undefined || serviceAccount !== undefined) return "spec.serviceAccountName";
  if (Array.isArray(imagePullSecrets) && imagePullSecrets.length > 0) return "spec.imagePullSecrets";
  if (Array.isArray(resourceClaims) && resourceClaims.length > 0) return "spec.resourceClaims";
  return volumeReference(spec) ?? variableReference(spec);
}

const API_VOLUMES = ["configMap", "secret", "csi", "persistentVolumeClaim", "ephemeral"];

function volumeReference({ volumes = [] }: Pod["spec"]): string | undefined {
  for (const [at, volume] of volumes.entries()) {
    const source = API_VOLUMES.find((key) => Object.hasOwn(volume, key));
    if (source !== undefined) return `spec.volumes[${at}].${source}`;
    const { sources = [] } = (volume as { projected?: { sources?: readonly object[] } }).projected ?? {};
    const others = sources.findIndex((each) => !Object.hasOwn(each, "downwardAPI"));
    if (others >= 0) return `spec.volumes[${at}].projected.sources[${others}]`;
  }
  return undefined;
}

function variableReference({ containers, initContainers = [] }: Pod["spec"]): string | undefined {
  for (const [list, own] of Object.entries({ containers, initContainers })) {
    for (const [at, { env = [], envFrom = [] }] of own.entries()) {
      if (envFrom.length > 0) return `spec.${list}[${at}].envFrom`;
      const variable = env.findIndex(({ valueFrom }) => valueFrom?.configMapKeyRef ?? valueFrom?.secretKeyRef);
      if (variable >= 0) return `spec.${list}[${at}].env[${variable}].valueFrom`;
    }
  }
  return undefined;
}
