import type { CgroupLimits } from "./cgroup-limits.ts";

/** The slices above those of pods, by the name that the kubelet's systemd driver gives them. */
export const NODE_SLICES = ["unitlet.slice", "unitlet-burstable.slice", "unitlet-besteffort.slice"] as const;

export type NodeSlice = (typeof NODE_SLICES)[number];

/** A slice that systemd has started. */
export interface NodeSliceState {
  readonly limits: CgroupLimits;
  /** Bytes that its processes use now, without file pages that the kernel can reclaim at once. */
  readonly workingSet?: number;
  /** The threads that it has now. */
  readonly tasks?: number;
}
