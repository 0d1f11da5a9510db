import type { Pod, QosClass } from "./api/pod.ts";
import type { DesiredPull, StoredImage } from "./image/image.ts";
import type { PodNetwork } from "./pod-network.ts";
import type { MountedClaim } from "./pod-summary.ts";
import type { Problem } from "./problem.ts";
import type { DesiredFile, DesiredVolume } from "./step.ts";
import type { Storage } from "./storage.ts";
import type { AuxiliaryUnit, ContainerKind, DesiredUnit, UnitName } from "./unit.ts";

/** The translation of a pod: its units, files and volumes on this host, or why the node rejects it. */
export type Translation = Rejected | Runnable;

/** A pod that gets the phase Failed with this reason and message (`kubelet/kubelet.go: rejectPod`, v1.36). */
export interface Rejected {
  readonly kind: "rejected";
  readonly pod: Pod;
  readonly reason: string;
  readonly message: string;
  readonly qosClass: QosClass;
  /** The pod had been admitted, and the node ends it now. The status says so before the containers have ended. */
  readonly ended?: Terminating;
}

export interface Terminating {
  /**
   * Message of the condition DisruptionTarget, by which controllers know that the pod has not failed itself; undefined:
   * no such condition.
   */
  readonly disruption?: string;
  /** What an eviction is counted by: a signal of evictionHard, or one of the pod's own limits. */
  readonly signal?: string;
  /** Killed without a grace period, because the host cannot wait. */
  readonly immediate: boolean;
  /** The seconds that the containers have to stop, if that is less than the pod's own grace period. */
  readonly grace?: number;
}

/** A resize in place that is not possible now (Deferred) or never on this node (Infeasible). */
export interface PendingResize {
  readonly reason: "Deferred" | "Infeasible";
  readonly message: string;
}

export interface Runnable {
  readonly kind: "runnable";
  readonly pod: Pod;
  readonly qosClass: QosClass;
  readonly network: PodNetwork;
  readonly slice: DesiredUnit;
  /** Init containers, main containers, ephemeral containers; each kind in the pod's order. */
  readonly containers: readonly DesiredContainer[];
  /** The auxiliary units in the order of their start. */
  readonly auxiliaryUnits: readonly AuxiliaryUnit[];
  readonly files: readonly DesiredFile[];
  /** Volumes whose sources could be read; the others stay as they are. */
  readonly volumes: readonly DesiredVolume[];
  /** The kubelet's messages for volumes that stay as they are, by name; undefined: none. */
  readonly staleVolumes?: ReadonlyMap<string, string>;
  /** The volumes of claims; undefined: none. */
  readonly claims?: readonly MountedClaim[];
  /** What a run prepares for the volumes, in this order. */
  readonly storage: readonly Storage[];
  readonly problems: readonly Problem[];
  /** Why the pod waits for the cluster's network, in the words of containerd; undefined: it does not. */
  readonly networkProblem?: string;
  /** Image volumes; undefined: none. */
  readonly imageVolumes?: readonly DesiredImageVolume[];
  /** The resize that is not possible now, while `pod` has its earlier resources; undefined: none. */
  readonly pendingResize?: PendingResize;
}

/** `waiting` says why the container cannot start yet; then it has no unit. */
export interface DesiredContainer {
  readonly name: string;
  readonly kind: ContainerKind;
  readonly unitName: UnitName;
  readonly unit?: DesiredUnit;
  readonly waiting?: { readonly reason: string; readonly message: string };
  /** The signal for the main process when the content of one of these volumes changes. */
  readonly reload?: { readonly signal: string; readonly volumes: readonly string[] };
  /** The image of a volume that `waiting` is about. */
  readonly awaits?: string;
  /** The pull that must succeed before the container can start. */
  readonly pull?: DesiredPull;
  /** The field `image` of a container that is a unit of the host; undefined: unitlet writes its unit. */
  readonly adopts?: string;
  /** True when `image` is "host" or a path; false for a name that the setting `ignoreImages` replaces. */
  readonly namesHost: boolean;
  /** The image or package that the container uses; undefined: the host's files. */
  readonly image?: { readonly id: string; readonly stored: Pick<StoredImage, "digest" | "size" | "pulled"> };
}

/** An image volume, whether a container mounts it or not. */
export interface DesiredImageVolume {
  readonly volume: string;
  /** The pod's reference without credentials. */
  readonly reference: string;
  /** Digest of the mounted image, or of the one to mount; undefined: the image is not here yet. */
  readonly digest?: string;
  /** The image on this host; undefined also when the name means another image by now. */
  readonly stored?: StoredImage;
  readonly pull?: DesiredPull;
}
