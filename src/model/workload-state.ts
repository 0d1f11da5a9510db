import type { Pod } from "./api/pod.ts";
import type { Instant } from "./api/time.ts";
import type { PodTemplate, Workload } from "./api/workload.ts";

/** A pod that a workload has made. A pod that is to end has `deletionTimestamp`, and is dropped when nothing of it is left. */
export interface OwnedPod {
  /** The number in its name, or in the digest that is. No two pods of one template hash have the same at one time. */
  readonly ordinal: number;
  readonly templateHash: string;
  readonly pod: Pod;
  /** The index of the pod of an Indexed Job. */
  readonly index?: number;
  /** The Job has counted the end of this pod. */
  readonly counted?: true;
}

/** What the host remembers of one workload: a file of /var/lib/unitlet/workloads. */
export interface WorkloadState {
  readonly kind: Workload["kind"];
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly pods: readonly OwnedPod[];
  /** How many pods the workload asks for; that of a Job is the number of completions. */
  readonly wanted: number;
  /** The template hash that new pods get. */
  readonly templateHash: string;
  /** The template of new pods of a paused Deployment, and of a StatefulSet's pods below the partition. */
  readonly settled?: PodTemplate;
  /** How far the rollout of a Deployment is. */
  readonly progress?: Progress;
  /** How often pods that had ended were replaced in a row, and when the next ones are. */
  readonly retry?: Retry;
  readonly job?: JobState;
  /** Why the workload does not get what it asks for, with what to do. */
  readonly problem?: string;
}

export interface Progress {
  readonly templateHash: string;
  /** The counts of pods, and when they have moved last; absent once the rollout has been complete. */
  readonly rollout?: {
    readonly at: Instant;
    readonly updated: number;
    readonly available: number;
    readonly old: number;
  };
}

export interface Retry {
  readonly count: number;
  /** Undefined while no pod has ended. */
  readonly at?: Instant;
}

export interface JobState {
  /** When it began or went on; absent while it is suspended. */
  readonly startedAt?: Instant;
  readonly succeeded: number;
  readonly failed: number;
  /** Of an Indexed Job, such as "0-2,5". */
  readonly completedIndexes?: string;
  /** The indexes for which no more pods are made; only with backoffLimitPerIndex. */
  readonly failedIndexes?: string;
  /** How often pods of an index have failed, by index; only with backoffLimitPerIndex. */
  readonly indexFailures?: Readonly<Record<string, number>>;
  readonly end?: JobEnd;
}

/** The condition that ends a Job for good. */
export interface JobEnd {
  readonly type: "Complete" | "Failed";
  readonly at: Instant;
  readonly reason?: string;
  readonly message?: string;
}
