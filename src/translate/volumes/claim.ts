import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Node } from "../../model/api/node.ts";
import { matchesNodeSelectorTerms } from "../../model/api/node-selector.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { PersistentVolume, PersistentVolumeClaim, Volume } from "../../model/api/volume.ts";
import { type ResolvedReferences, resolveReference } from "../../model/references.ts";

/** Returns the claim of a volume. The control plane names the claim of a generic ephemeral volume. */
export function claimName(pod: Pod, { name, persistentVolumeClaim, ephemeral }: Volume): string | undefined {
  if (persistentVolumeClaim !== undefined) return persistentVolumeClaim.claimName;
  return ephemeral === undefined ? undefined : `${pod.metadata.name}-${name}`;
}

type Claimed =
  | { readonly ok: true; readonly spec: NonNullable<PersistentVolume["spec"]>; readonly readOnly: boolean }
  | { readonly ok: false; readonly because: string };

/** A check of the kubelet (`operation_generator.go: GenerateMountVolumeFunc`, v1.36) with its error. */
interface FailedCheck {
  readonly check: "NodeAffinity" | "MountOptionSupport";
  readonly because: string;
}

interface ClaimContext {
  readonly pod: Pod;
  readonly references: ResolvedReferences;
  /** The Node object; undefined: it is not known, and no volume is refused for its nodeAffinity. */
  readonly node?: Node | undefined;
}

/** Returns the PersistentVolume that the claim is bound to; or why this node cannot mount it. */
export function claimedVolume(volume: Volume, { pod, references, node }: ClaimContext): Claimed {
  const { namespace } = pod.metadata;
  const name = claimName(pod, volume) ?? "";
  const claimed = namespacedName({ namespace, name });
  const claim = resolveReference(references, "persistentvolumeclaim", namespace, name);
  if (!claim.ok) return claim;
  const { spec, status, metadata } = claim.value;
  if (volume.ephemeral !== undefined && !isOwner(pod, claim.value))
    return failed(`PVC ${claimed} was not created for pod ${namespacedName(pod.metadata)} (pod is not owner)`);
  if (status?.phase !== "Bound" || !spec?.volumeName)
    return failed(`PVC ${claimed} has non-bound phase ("${status?.phase ?? ""}") or empty volumeName`);
  const bound = resolveReference(references, "persistentvolume", "", spec.volumeName);
  if (!bound.ok) return bound;
  const { claimRef, local, hostPath, nfs } = bound.value.spec ?? {};
  if (claimRef?.uid !== metadata.uid) return failed(`PV ${spec.volumeName} is bound to another claim than ${claimed}`);
  if (bound.value.spec?.volumeMode === "Block")
    return failed(`volume ${volume.name} has volumeMode Block, but is specified in volumeMounts`);
  if (bound.value.spec === undefined || (local ?? hostPath ?? nfs) === undefined)
    return failed(
      `PV ${spec.volumeName} is of a kind that this node cannot mount: use a local, hostPath or nfs volume`,
    );
  const mismatch = affinityProblem(bound.value.spec, node) ?? mountOptionsProblem(bound.value.spec);
  if (mismatch !== undefined) {
    const { check, because } = mismatch;
    return failed(`MountVolume.${check} check failed for volume "${spec.volumeName}" : ${because}`);
  }
  return { ok: true, spec: bound.value.spec, readOnly: volume.persistentVolumeClaim?.readOnly ?? false };
}

type VolumeSpec = NonNullable<PersistentVolume["spec"]>;

/**
 * Returns the failed check of nodeAffinity. Only labels count, and not the node's name
 * (`component-helpers/storage/volume/helpers.go: CheckNodeAffinity`, v0.36).
 */
function affinityProblem({ nodeAffinity }: VolumeSpec, node: Node | undefined): FailedCheck | undefined {
  const required = nodeAffinity?.required;
  if (required === undefined || node === undefined) return undefined;
  const labelled = { metadata: { name: "", labels: node.metadata.labels ?? {} } };
  if (matchesNodeSelectorTerms(required.nodeSelectorTerms ?? [], labelled)) return undefined;
  return { check: "NodeAffinity", because: "no matching NodeSelectorTerms" };
}

/**
 * Returns the failed check of mount options. A local or hostPath volume is not mounted for the pod, so no option of a
 * mount can hold for it.
 */
function mountOptionsProblem({ nfs, mountOptions = [] }: VolumeSpec): FailedCheck | undefined {
  if (nfs !== undefined || mountOptions.length === 0) return undefined;
  return { check: "MountOptionSupport", because: "mount options are not supported for this volume type" };
}

function isOwner({ metadata }: Pod, claim: PersistentVolumeClaim): boolean {
  return (claim.metadata.ownerReferences ?? []).some(
    ({ uid, controller }) => controller === true && uid === metadata.uid,
  );
}

const failed = (because: string) => ({ ok: false, because }) as const;
