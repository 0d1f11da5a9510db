import type { PodSpec } from "./pod.ts";

/** What all kinds have that make pods, with the defaults of the API. */
interface Common {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    /** A digest of kind, namespace and name. That of a Job also depends on its spec, because a changed Job is another one. */
    readonly uid: string;
  };
  readonly template: PodTemplate;
}

export interface PodTemplate {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
  /** Changes when the template does. */
  readonly hash: string;
}

/** A number of pods, or a part of the replicas such as "25%". */
export type IntOrPercent = number | string;

export interface Deployment extends Common {
  readonly kind: "Deployment";
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly progressDeadlineSeconds: number;
  /** A changed template is not rolled out; undefined: it is. */
  readonly paused?: true;
  /** Undefined: all pods are stopped before others start (`Recreate`). */
  readonly rollingUpdate?: { readonly maxSurge: IntOrPercent; readonly maxUnavailable: IntOrPercent };
}

export interface DaemonSet extends Common {
  readonly kind: "DaemonSet";
  readonly minReadySeconds: number;
  readonly updateStrategy: "RollingUpdate" | "OnDelete";
  /** True: the new pod is available before the old one stops. */
  readonly surges: boolean;
}

export interface StatefulSet extends Common {
  readonly kind: "StatefulSet";
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly serviceName?: string;
  readonly firstOrdinal: number;
  readonly updateStrategy: "RollingUpdate" | "OnDelete";
  /** How many pods, from the first ordinal on, keep the template of the last complete rollout; undefined: none. */
  readonly partition?: number;
  /** True: pods start and stop without waiting for each other (`Parallel`). */
  readonly parallel: boolean;
  /** Each pod has a claim of its own for each of these; undefined: none. */
  readonly claimTemplates?: readonly ClaimTemplate[];
}

/** A claim of each pod of a StatefulSet, which is the volume of this name. */
export interface ClaimTemplate {
  readonly name: string;
  /** What the claims ask for and do not get, in words. */
  readonly lacks?: string;
}

export interface Job extends Common {
  readonly kind: "Job";
  readonly parallelism: number;
  /** Undefined: the Job is complete when one pod has succeeded and none runs. */
  readonly completions?: number;
  readonly backoffLimit: number;
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly suspend: boolean;
  /** Each pod has one of the numbers below `completions` (`completionMode: Indexed`). */
  readonly indexed?: true;
  /** How often pods of one index may fail before the index has; undefined: `backoffLimit` alone counts. */
  readonly backoffLimitPerIndex?: number;
  readonly maxFailedIndexes?: number;
  readonly failureRules?: readonly FailureRule[];
  readonly successRules?: readonly SuccessRule[];
  /** Another pod starts when the one in whose place it comes has ended, not already when it is ending (`podReplacementPolicy: Failed`). */
  readonly replacesEnded?: true;
}

/** What becomes of a Job when a pod fails (`podFailurePolicy`). The first rule that matches counts. */
export interface FailureRule {
  readonly action: "Count" | "FailIndex" | "FailJob" | "Ignore";
  readonly onExitCodes?: {
    readonly containerName?: string;
    readonly operator: "In" | "NotIn";
    readonly values: readonly number[];
  };
  readonly onPodConditions?: readonly { readonly type: string; readonly status: string }[];
}

/** Which indexes are enough for the Job to be complete (`successPolicy`). */
export interface SuccessRule {
  /** Such as "0-2,5". */
  readonly succeededIndexes?: string;
  readonly succeededCount?: number;
}

/** An object of a directory that makes pods. */
export type Workload = Deployment | DaemonSet | StatefulSet | Job;
