import type { Pod } from "../model/api/pod.ts";
import { type Instant, toTimestamp } from "../model/api/time.ts";
import type { StatefulSet, Workload } from "../model/api/workload.ts";
import { templateClaimName } from "../model/template-claim.ts";
import type { OwnedPod } from "../model/workload-state.ts";
import { digest } from "../unitfile/hash.ts";

const CREATED_BY = {
  Deployment: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  Job: "batch/v1",
} as const satisfies Record<Workload["kind"], string>;

/** The length of the random end of a pod's name (`names/generate.go: randomLength`, v1.36). */
const SUFFIX_LENGTH = 5;

/** Returns the pod with this ordinal. Its name and UID are functions of workload, template and ordinal. */
export function newPod(workload: Workload, ordinal: number, now: Instant): OwnedPod {
  const { kind, metadata: owner, template } = workload;
  const { annotations, spec, hash } = template;
  const name = podName(workload, ordinal);
  const uid = toUUID(digest(JSON.stringify([kind, owner.namespace, owner.uid, ordinal, hash]), 32));
  const pod: Pod = {
    metadata: {
      ...{ name, namespace: owner.namespace, uid },
      creationTimestamp: toTimestamp(now),
      labels: { ...template.labels, ...ownLabels(workload, name, ordinal) },
      ...(annotations && { annotations }),
      ownerReferences: [ownerReference(workload)],
    },
    spec: workload.kind === "StatefulSet" ? identified(workload, name, ordinal) : spec,
  };
  return { ordinal, templateHash: hash, pod };
}

/** Returns 32 hex digits in the form of a UUID. */
function toUUID(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Returns the name of a pod. It has the form that the controller of the kind gives, and a digest in place of random letters. */
export function podName({ kind, metadata, template }: Workload, ordinal: number): string {
  const { uid, name } = metadata;
  const suffix = digest(JSON.stringify([uid, template.hash, ordinal]), SUFFIX_LENGTH);
  switch (kind) {
    case "Deployment":
      return `${name}-${template.hash}-${suffix}`;
    case "StatefulSet":
      return `${name}-${ordinal}`;
    case "DaemonSet":
    case "Job":
      return `${name}-${suffix}`;
  }
}

/**
 * Returns the labels that the controllers add (`deployment/sync.go: getNewReplicaSet`, `daemon/util/daemonset_util.go:
 * CreatePodTemplate`, `statefulset/stateful_set_utils.go: updateIdentity`, `batch/v1 job/strategy.go:
 * generateSelector`, v1.36).
 */
function ownLabels({ kind, metadata, template }: Workload, pod: string, ordinal: number): Record<string, string> {
  const { name, uid } = metadata;
  switch (kind) {
    case "Deployment":
      return { "pod-template-hash": template.hash };
    case "DaemonSet":
      return { "controller-revision-hash": template.hash };
    case "StatefulSet":
      return {
        "controller-revision-hash": `${name}-${template.hash}`,
        "statefulset.kubernetes.io/pod-name": pod,
        "apps.kubernetes.io/pod-index": String(ordinal),
      };
    case "Job":
      return {
        "batch.kubernetes.io/controller-uid": uid,
        "batch.kubernetes.io/job-name": name,
        "controller-uid": uid,
        "job-name": name,
      };
  }
}

/** Returns the controller of the pod. That of a Deployment's pod is a ReplicaSet, which exists by its name alone here. */
function ownerReference({ kind, metadata, template }: Workload): NonNullable<Pod["metadata"]["ownerReferences"]>[0] {
  const isReplicaSet = kind === "Deployment";
  return {
    apiVersion: CREATED_BY[kind],
    kind: isReplicaSet ? "ReplicaSet" : kind,
    name: isReplicaSet ? `${metadata.name}-${template.hash}` : metadata.name,
    uid: isReplicaSet ? toUUID(digest(`${metadata.uid} ${template.hash}`, 32)) : metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** `statefulset/stateful_set_utils.go: initIdentity`, `updateStorage`, v1.36. A volume of the template with the name of a claim is replaced. */
function identified(
  { metadata, template, serviceName, claimTemplates = [] }: StatefulSet,
  name: string,
  ordinal: number,
): Pod["spec"] {
  const claims = claimTemplates.map((each) => ({
    name: each.name,
    persistentVolumeClaim: { claimName: templateClaimName(metadata.name, each.name, ordinal) },
  }));
  const others = (template.spec.volumes ?? []).filter((volume) => !claims.some((claim) => claim.name === volume.name));
  const volumes = claims.length === 0 ? {} : { volumes: [...claims, ...others] };
  return { ...template.spec, ...volumes, hostname: name, ...(serviceName && { subdomain: serviceName }) };
}
