import type { Pod } from "../../model/api/pod.ts";
import type { PersistentVolume, PersistentVolumeClaim, Volume } from "../../model/api/volume.ts";
import { type ResolvedReferences, resolveReference } from "../../model/references.ts";

/** The claim that a volume is of; that of a generic ephemeral volume is made by the control plane, under this name. */
export function claimName(pod: Pod, { name, persistentVolumeClaim, ephemeral }: Volume): string | undefined {
  if (persistentVolumeClaim !== undefined) return persistentVolumeClaim.claimName;
  return ephemeral === undefined ? undefined : `${pod.metadata.name}-${name}`;
}

type Claimed =
  | { readonly ok: true; readonly spec: NonNullable<PersistentVolume["spec"]>; readonly readOnly: boolean }
  | { readonly ok: false; readonly because: string };

/** The PersistentVolume that the claim is bound to, if this node can mount it. */
export function claimedVolume(pod: Pod, volume: Volume, references: ResolvedReferences): Claimed {
  const { namespace } = pod.metadata;
  const name = claimName(pod, volume) ?? "";
  const claim = resolveReference(references, "persistentvolumeclaim", namespace, name);
  if (!claim.ok) return claim;
  const { spec, status, metadata } = claim.value;
  if (volume.ephemeral !== undefined && !isOwner(pod, claim.value))
    return failed(
      `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`,
    );
  if (status?.phase !== "Bound" || !spec?.volumeName)
    return failed(`PVC ${namespace}/${name} has non-bound phase ("${status?.phase ?? ""}") or empty volumeName`);
  const bound = resolveReference(references, "persistentvolume", "", spec.volumeName);
  if (!bound.ok) return bound;
  const { claimRef, local, hostPath, nfs } = bound.value.spec ?? {};
  if (claimRef?.uid !== metadata.uid)
    return failed(`PV ${spec.volumeName} is bound to another claim than ${namespace}/${name}`);
  if (bound.value.spec?.volumeMode === "Block")
    return failed(`volume ${volume.name} has volumeMode Block, but is specified in volumeMounts`);
  if (bound.value.spec === undefined || (local ?? hostPath ?? nfs) === undefined)
    return failed(
      `PV ${spec.volumeName} is of a kind that this node cannot mount: use a local, hostPath or nfs volume`,
    );
  return { ok: true, spec: bound.value.spec, readOnly: volume.persistentVolumeClaim?.readOnly ?? false };
}

function isOwner({ metadata }: Pod, claim: PersistentVolumeClaim): boolean {
  return (claim.metadata.ownerReferences ?? []).some(
    ({ uid, controller }) => controller === true && uid === metadata.uid,
  );
}

const failed = (because: string) => ({ ok: false, because }) as const;
