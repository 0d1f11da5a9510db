import type { Pod, QosClass } from "./api/pod.ts";
import type { DesiredPull, StoredImage } from "./image/image.ts";
import type { PodNetwork } from "./pod-network.ts";
import type { Problem } from "./problem.ts";
import type { DesiredFile, DesiredVolume } from "./step.ts";
import type { Storage } from "./storage.ts";
import type { AuxiliaryUnit, ContainerKind, DesiredUnit, UnitName } from "./unit.ts";

/** What a pod becomes on this host. */
export type Translation = Rejected | Runnable;

/** Phase Failed with this reason and message, as the kubelet's admission does it. */
export interface Rejected {
  readonly kind: "rejected";
  readonly pod: Pod;
  readonly reason: string;
  readonly message: string;
  readonly qosClass: QosClass;
  /** It had been let in, and the node ends it now; that is told at once, not only when it has ended. */
  readonly ended?: Terminating;
}

export interface Terminating {
  /** Message of the condition DisruptionTarget, by which controllers know that the pod is not to blame; undefined: it is. */
  readonly disruption?: string;
  /** Killed, without its grace period: the host cannot wait. */
  readonly immediate: boolean;
}

/** What a pod asks for in place and cannot have now: later perhaps, or never on this node. */
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
  /** Init containers first, each kind in the pod's order. */
  readonly containers: readonly DesiredContainer[];
  /** In the order in which they are to be started. */
  readonly companions: readonly AuxiliaryUnit[];
  readonly files: readonly DesiredFile[];
  /** Only what could be made of what is known; the others stay as they are. */
  readonly volumes: readonly DesiredVolume[];
  /** In the order in which it is to be prepared. */
  readonly storage: readonly Storage[];
  readonly problems: readonly Problem[];
  /** Volumes of the files of an image; undefined: it has none. */
  readonly imageVolumes?: readonly DesiredImageVolume[];
  /** `pod` has the resources that it had before. */
  readonly pendingResize?: PendingResize;
}

/** `waiting` says why it cannot start yet; then there is no unit to write. */
export interface DesiredContainer {
  readonly name: string;
  readonly kind: ContainerKind;
  readonly unitName: UnitName;
  readonly unit?: DesiredUnit;
  readonly waiting?: { readonly reason: string; readonly message: string };
  /** The signal for its main process when one of these volumes has other content. */
  readonly reload?: { readonly signal: string; readonly volumes: readonly string[] };
  /** The image that `waiting` is about, if it is that of a volume. */
  readonly awaits?: string;
  /** What must be pulled before it can start. */
  readonly pull?: DesiredPull;
  /** The image that it will run on, or the package that it is of; undefined: the host's own files. */
  readonly image?: { readonly id: string; readonly stored: Pick<StoredImage, "digest" | "size" | "pulled"> };
}

/** A volume of the files of an image, whether a container mounts it or not. */
export interface DesiredImageVolume {
  readonly volume: string;
  /** As the pod has it, for anybody to read. */
  readonly reference: string;
  /** Of the image that it is, or is about to be; undefined: it is not here yet. */
  readonly digest?: string;
  /** Undefined also when the name means another image by now. */
  readonly stored?: StoredImage;
  readonly pull?: DesiredPull;
}
