import type { ContainerKind } from "./unit.ts";

/** The summary of a pod's status that a run writes for the kubelet's port and for `unitlet status`. */
export interface PodSummary {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly phase: string;
  readonly reason?: string;
  readonly message?: string;
  /** The addresses of a network of its own; undefined: the pod is on the host's network, or has no address yet. */
  readonly addresses?: readonly string[];
  readonly containers: readonly ContainerSummary[];
  /** The volumes of claims; undefined: none. */
  readonly claims?: readonly MountedClaim[];
}

/** A volume of a PersistentVolumeClaim, which has a file system that can be measured. */
export interface MountedClaim {
  readonly volume: string;
  /** The name of the claim, in the pod's namespace. */
  readonly claim: string;
  /** Path of the volume on the host. */
  readonly path: string;
}

export interface ContainerSummary {
  readonly name: string;
  readonly kind: ContainerKind;
  readonly image: string;
  readonly state: "waiting" | "running" | "terminated";
  /** Why it waits, or how it ended; undefined in a pod that was rejected before it had a status for this container. */
  readonly reason?: string;
  readonly message?: string;
  readonly restarts?: number;
  readonly containerID?: string;
}
