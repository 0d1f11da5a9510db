import type { Node } from "./api/node.ts";
import type { Pod } from "./api/pod.ts";
import type { DirectoryService } from "./api/service.ts";
import type { Instant } from "./api/time.ts";
import type { NetworkAnswer } from "./cni/answer.ts";
import type { ClusterNetwork } from "./cni/cluster-network.ts";
import type { ActualTimer, CronJobEvent, CronJobState, CronTimer } from "./cron-job-state.ts";
import type { ContainerHistory } from "./exit-record.ts";
import type { Config } from "./host/config.ts";
import type { Host } from "./host/host.ts";
import type { Journal } from "./host/journal.ts";
import type { NodeSlice, NodeSliceState } from "./host/node-slices.ts";
import type { TypeDropIns } from "./host/type-drop-ins.ts";
import type { PodUsage } from "./host/usage.ts";
import type { Images } from "./image/image.ts";
import type { ResolvedReferences } from "./references.ts";
import type { HostFileType } from "./storage.ts";
import type { ActualUnit, HostUnit, UnitName, UnitState } from "./unit.ts";
import type { WorkloadState } from "./workload-state.ts";

/** One immutable snapshot of all that a run may base a decision on. */
export interface World {
  readonly now: Instant;
  readonly config: Config;
  readonly host: Host;
  readonly pods: PodList;
  /** Read when there are pods to admit; undefined without an API server, or when it did not answer. */
  readonly node?: Node;
  readonly units: ReadonlyMap<UnitName, ActualUnit>;
  /** The services of the host that pods name, by the pods' names for them; undefined: unknown. */
  readonly hostUnits?: ReadonlyMap<string, HostUnit>;
  /** The drop-ins of the host for all units of a type; undefined: none, or they are to reach the units of pods. */
  readonly typeDropIns?: TypeDropIns;
  /** Units that systemd has refused to load within the last minute, although it was reloaded; undefined: none. */
  readonly unloadable?: ReadonlySet<UnitName>;
  /** Units that a killed run did not restart after its reload; undefined: no run was killed there. */
  readonly unfinished?: ReadonlySet<UnitName>;
  /** Units of containers whose image is not on the disk any more; undefined: unknown. */
  readonly lostTrees?: ReadonlySet<UnitName>;
  /** The timers of CronJobs that have a file, by name; undefined: unknown. */
  readonly timers?: ReadonlyMap<UnitName, ActualTimer>;
  /** The directories of pods by UID; a pod without a directory has no entry. */
  readonly directories: ReadonlyMap<string, PodDirectory>;
  readonly references: ResolvedReferences;
  /** States of the agent's own units; undefined when systemd has not loaded them. */
  readonly agent: {
    readonly watch: UnitState | undefined;
    readonly path: UnitState | undefined;
    readonly socket?: UnitState | undefined;
    readonly helper?: UnitState | undefined;
    /** Units that a shutdown needs and that are not active. */
    readonly inactive: readonly string[];
  };
  /** The usage of pods by UID; undefined while no eviction can depend on it. */
  readonly usage?: ReadonlyMap<string, PodUsage>;
  /** The journals of containers by Kubernetes namespace; undefined: unknown. */
  readonly journals?: ReadonlyMap<string, Journal>;
  /** The sockets that hold pipes for the output of containers on images; undefined: none. */
  readonly outputs?: readonly OutputSocket[];
  /** The slices above those of pods; no entry for one that systemd has not started. */
  readonly nodeSlices?: ReadonlyMap<NodeSlice, NodeSliceState>;
  /** The images that pods name. */
  readonly images?: Images;
  /** Paths that pods need and the host does not have. */
  readonly absentDirectories: ReadonlySet<string>;
  /** The type of the file at each path of the host that volumes name; no entry when there is none. */
  readonly hostFiles: ReadonlyMap<string, HostFileType>;
  /** The Node's podCIDRs, also from an earlier run; undefined: none, or unknown. */
  readonly podCIDRs?: readonly string[];
  /** The network of the cluster's add-on; undefined: the setting `podNetwork` is not `cni`. */
  readonly clusterNetwork?: ClusterNetwork;
  /** Texts of the files that fileKeyRef names, by the keys of translate/env/env-file.ts. */
  readonly envFiles?: ReadonlyMap<string, string>;
}

/** An active socket unit that holds the pipe of one container. */
export interface OutputSocket {
  readonly unit: UnitName;
  readonly uid: string;
}

/** The list of pods. From an incomplete list pods may be missing, so a pod that it lacks is not removed. */
export type PodList = (
  | { readonly complete: true; readonly items: readonly Pod[] }
  | { readonly complete: false; readonly items: readonly Pod[]; readonly because: string }
) & {
  /** Pods that are listed, but that this run leaves as they are; undefined: none. They are not in `items`. */
  readonly broken?: readonly BrokenPod[];
  /** The objects of a directory that make pods; undefined: there are none. Their pods are in `items`. */
  readonly workloads?: MadeWorkloads;
  /** The Services of a directory; undefined: there are none. */
  readonly services?: readonly DirectoryService[];
};

export interface MadeWorkloads {
  /** What the host remembered before this run. */
  readonly before: readonly WorkloadState[];
  readonly states: readonly WorkloadState[];
  /** When other pods are due although nothing has changed; undefined: never. */
  readonly dueAt?: Instant;
  /** Undefined: there are no CronJobs. */
  readonly cron?: MadeCronJobs;
}

export interface MadeCronJobs {
  /** What the host remembered before this run. */
  readonly before: readonly CronJobState[];
  readonly states: readonly CronJobState[];
  readonly timers: readonly CronTimer[];
  /** Names of timers that stay as they are. */
  readonly keptTimers: ReadonlySet<string>;
  readonly events: readonly CronJobEvent[];
}

/** A pod with which a stage of the run throws, which is a bug of unitlet. */
export interface BrokenPod {
  readonly pod: Pod;
  /** The message of the error. */
  readonly because: string;
}

export interface PodDirectory {
  readonly uid: string;
  /** Encrypted copies of the pod's files and volumes are on disk. */
  readonly sealed?: boolean;
  /** What the last CNI ADD has answered; undefined: the pod has no network of its own, or not yet. */
  readonly network?: NetworkAnswer;
  /** The containers on images that have a root file system; undefined: unknown. */
  readonly roots?: ReadonlySet<string>;
  /** The names of the copies that are encrypted or wait for that; undefined: unknown. */
  readonly copies?: ReadonlySet<string>;
  /** The list of the pod's storage is on disk; undefined: unknown. */
  readonly hasStorageList?: boolean;
  /** When the pod was first asked to stop. */
  readonly stoppingSince?: Instant;
  /** Grace period of the delete, in seconds. */
  readonly stoppingGrace?: number;
  /** The histories of containers by name. */
  readonly histories: ReadonlyMap<string, ContainerHistory>;
  /** The container whose exit restarts all containers of the pod, until all of them have ended. */
  readonly restartAll?: string;
  /** Name → text of the files in /run/unitlet/pods/UID. */
  readonly files: ReadonlyMap<string, string>;
  /** Digests of the written volumes, by name. */
  readonly volumes: ReadonlyMap<string, string>;
  /** Keys of the prepared storage, as model/storage.ts makes them. */
  readonly storage?: ReadonlySet<string>;
  /** The volumes whose directories were made while containers ran, which may have those that were removed. */
  readonly remount?: readonly string[];
  /** The containers that have directories for temporary files; undefined: unknown. */
  readonly temporary?: ReadonlySet<string>;
  /** Why paths within volumes cannot be mounted, by their target. */
  readonly failures?: ReadonlyMap<string, string>;
}
