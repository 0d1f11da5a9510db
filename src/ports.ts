import type { CronJob } from "./model/api/cron-job.ts";
import type { PodEvent } from "./model/api/event.ts";
import type { Node } from "./model/api/node.ts";
import type { Pod, PodStatus } from "./model/api/pod.ts";
import type { DirectoryService } from "./model/api/service.ts";
import type { Workload } from "./model/api/workload.ts";
import type { CronJobState } from "./model/cron-job-state.ts";
import type { Dependency, ResolvedReferences } from "./model/references.ts";
import type { WorkloadState } from "./model/workload-state.ts";

/** What a source of pods returned. A list that cannot be read is an ordinary state of the world, not an exception. */
export type ListResult =
  | {
      readonly ok: true;
      /** Changes when anything in the list does. */
      readonly digest: string;
      /** Where the list comes from, for a later comparison without this process. */
      readonly origin: ListOrigin;
      /** Throws when the answer is no list of this node's pods. */
      parse(): ParsedList;
      /** Stores what the source must remember of this list. A run calls it, `unitlet plan` does not. */
      accept(): void;
    }
  | {
      readonly ok: false;
      readonly because: string;
      /** The pods that are known all the same; undefined: none. */
      readonly local?: readonly Pod[];
    };

export interface ListOrigin {
  /** The paths that change with the list. */
  readonly files: readonly string[];
  /** The items of the API server's answer: their length in bytes and their digest; undefined: the list has none of them. */
  readonly items?: { readonly bytes: number; readonly digest: string };
}

/** `missing` says why there may be more pods than these; then a run removes nothing. */
export interface ParsedList {
  readonly pods: readonly Pod[];
  readonly missing?: string;
  /** The objects that make pods; undefined: something else makes them, such as the controllers of a cluster. */
  readonly workloads?: Workloads;
  /** The Services whose names this host gives to pods; undefined: something else does, such as the name server of a cluster. */
  readonly services?: readonly DirectoryService[];
}

export interface Workloads {
  readonly objects: readonly Workload[];
  /** What this host remembers of them and of earlier ones, with the statuses of their pods. */
  readonly states: readonly WorkloadState[];
  /** Undefined: there are no CronJobs. */
  readonly cron?: CronJobs;
}

export interface CronJobs {
  readonly objects: readonly CronJob[];
  readonly states: readonly CronJobState[];
  /** The time zone of the host. */
  readonly hostZone: string;
  /** The time zones that systemd of this host knows, among those that CronJobs name. */
  readonly zones: ReadonlySet<string>;
}

/** The source of the pods, which also takes their status: the API server, or a directory of manifests. */
export interface PodSource {
  /** True when the objects that pods refer to are at hand, so that each run reads them anew. */
  readonly hasObjects: boolean;
  /** Reads the list and writes nothing. Never throws. */
  list(): Promise<ListResult>;
  /**
   * Returns the Node, whose labels and taints others may set; undefined when there is none. Throws when it cannot be read.
   */
  node(): Promise<Node | undefined>;
  /** Returns a result for each dependency, by its key. A token is requested by POST, all else is read. Never throws. */
  fetch(due: readonly Dependency[]): Promise<ResolvedReferences>;
  /** Writes a pod's status; `patch` is how `next` differs from the status that the pod came with. */
  publish(pod: Pod, next: PodStatus, patch: object): Promise<void>;
  recordEvent(event: PodEvent): Promise<void>;
  /** Deletes the object of a pod of which nothing is left on the host. */
  deletePodObject(pod: Pod): Promise<void>;
  /** Returns the pods that need no API server; undefined: all pods come from one place. */
  localPods?(): Promise<readonly Pod[]>;
  /** The mirror pods of static pods; undefined: this source has none. */
  readonly mirrors?: MirrorPods;
}

/** The objects of the API server that show the static pods of this node. All requests throw ApiError. */
export interface MirrorPods {
  /** Those of the last list; undefined: there was none. */
  readonly listed: readonly Pod[] | undefined;
  /** Pods of the API server with the name of a static pod. */
  readonly taken: readonly Pod[];
  create(pod: Pod): Promise<Pod>;
  delete(mirror: Pod): Promise<void>;
  patch(mirror: Pod, patch: object): Promise<void>;
}
