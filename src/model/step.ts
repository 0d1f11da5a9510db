import type { PodEvent } from "./api/event.ts";
import type { Pod } from "./api/pod.ts";
import type { Instant } from "./api/time.ts";
import type { ExitRecord } from "./exit-record.ts";
import type { CgroupLimits } from "./host/cgroup-limits.ts";
import type { DesiredPull } from "./image/image.ts";
import type { Storage } from "./storage.ts";
import type { UnitName } from "./unit.ts";
import type { UnitDirectory } from "./unit-directory.ts";

/**
 * The UID of the pod that a step belongs to, or "" for the whole host. After a failed step the later ones of that pod
 * are skipped.
 */
export type PodUID = string;

interface Common {
  readonly uid: PodUID;
  /** The reason, for people: no code depends on its words. */
  readonly because: string;
  /** Published to the pod's owner once the step is done. */
  readonly event?: PodEvent;
}

/** A step that is a request to systemd. */
export type SystemdStep =
  /** `stop` is only queued; `stop-and-wait` is waited for, because the next run needs it done. */
  | (Common & {
      readonly kind: "start" | "restart" | "stop" | "stop-and-wait" | "kill" | "reset-failed";
      readonly unit: UnitName;
    })
  /** Kills what is left in the cgroup of a pod's slice whose units have ended. */
  | (Common & { readonly kind: "kill-left"; readonly unit: UnitName })
  /** `signal` is a name without SIG, such as "HUP". */
  | (Common & { readonly kind: "signal"; readonly unit: UnitName; readonly signal: string })
  | (Common & { readonly kind: "schedule-run"; readonly at: Instant })
  /** Gives running containers the directories of the pod that were made again. */
  | (Common & { readonly kind: "remount"; readonly containers: readonly RunningBinds[] })
  | (Common & { readonly kind: "reload" })
  /** Sets limits of a slice until the next boot. */
  | (Common & { readonly kind: "set-limits"; readonly unit: UnitName; readonly limits: CgroupLimits })
  /** Lets systemd write the limits of the slice and of its units to their cgroups, which a reload may not do. */
  | (Common & { readonly kind: "apply-limits"; readonly unit: UnitName })
  | (Common & { readonly kind: "pull"; readonly pull: DesiredPull })
  | (Common & { readonly kind: "cancel-pull"; readonly key: string })
  | (Common & { readonly kind: "remove-package"; readonly package: string });

/** A step that changes files only. */
export type FileStep =
  /** With `retryAt`, only a run starts the container again, and not before then. */
  | (Common & {
      readonly kind: "record-exit";
      readonly container: string;
      readonly record: ExitRecord;
      readonly retryAt?: Instant;
    })
  | (Common & { readonly kind: "write-mark"; readonly container: string; readonly mark: Mark })
  /** Lets the container start again, before its start. */
  | (Common & { readonly kind: "release"; readonly container: string })
  /** Records when the pod was first asked to stop. */
  | (Common & { readonly kind: "mark-stopping" })
  /** Lets all containers of a pod start anew, as after a boot. None of them runs. */
  | (Common & { readonly kind: "reset-containers"; readonly containers: readonly ContainerReset[] })
  /** Gives the helpers that stop containers the grace period of the delete. */
  | (Common & { readonly kind: "write-grace-period"; readonly seconds: number })
  | (Common & { readonly kind: "write-file"; readonly file: DesiredFile })
  | (Common & { readonly kind: "write-volume"; readonly volume: DesiredVolume })
  /** Prepares `storage`, in this order. `all` is stored for a boot without the API server. */
  | (Common & {
      readonly kind: "prepare-volumes";
      readonly storage: readonly Storage[];
      readonly all: readonly Storage[];
    })
  /**
   * Writes the unit and removes its drop-ins, which are paths. With `masks`, exactly these names are masked for it. Files of the
   * unit in another directory than this one are removed. Without `directory` it is the default of `unitDirectory`.
   */
  | (Common & {
      readonly kind: "write-unit";
      readonly unit: UnitName;
      readonly text: string;
      readonly dropIns: readonly string[];
      readonly masks?: readonly string[];
      readonly directory?: UnitDirectory;
    })
  | (Common & { readonly kind: "link"; readonly unit: UnitName; readonly directory?: UnitDirectory })
  | (Common & { readonly kind: "unlink" | "remove-unit"; readonly unit: UnitName })
  | (Common & { readonly kind: "remove-pod" | "unseal" })
  /** Writes the settings of a namespace's journal. With `directory` they are below /run too when the units are. */
  | (Common & {
      readonly kind: "write-journal-settings";
      readonly namespace: string;
      readonly text: string;
      readonly directory?: UnitDirectory;
    })
  | (Common & { readonly kind: "remove-journal"; readonly namespace: string })
  | (Common & { readonly kind: "remove-image"; readonly digest: string; readonly names: readonly string[] });

export interface ContainerReset {
  readonly name: string;
  /** The last exit; undefined when there is none. */
  readonly invocation?: string;
  /** This exit restarts the pod, so that the container's back-off goes on. The others have none. */
  readonly isCause: boolean;
}

/** A step that changes objects of the API. */
export type ObjectStep =
  /** Does nothing itself: its Event is published with the others. */
  (Common & { readonly kind: "emit-event" }) | (Common & { readonly kind: "delete-pod-object"; readonly pod: Pod });

/**
 * One complete change: it carries all that is to be done, so that run/apply.ts makes no choice. diff/ returns steps in
 * the order in which they are applied.
 */
export type Step = SystemdStep | FileStep | ObjectStep;

export type StepKind = Step["kind"];

/** The mounts of one running container, as words of `--bind` of container-run: options, source and target of each. */
export interface RunningBinds {
  readonly unit: UnitName;
  readonly words: readonly string[];
}

/** A file by which a helper has recorded what became of a container; docs/files.md describes each. */
export type Mark =
  | { readonly name: "started"; readonly invocation: string; readonly at: Instant }
  | { readonly name: "initialized" | "sidecar-started" | "finished" | "lost-root" };

/** A file below /run/unitlet/pods/UID. */
export interface DesiredFile {
  readonly name: string;
  readonly text: string;
  /** The owner: the container's user, as which the container reads it. */
  readonly uid: number;
  /** 0o400 when undefined. */
  readonly mode?: number;
}

/**
 * A directory below /run/unitlet/pods/UID/volumes. Its `..data` link replaces all files at once
 * (`volume/util/atomic_writer.go: Write`, v1.36).
 */
export interface DesiredVolume {
  readonly name: string;
  /** Changes when anything else here does. */
  readonly digest: string;
  /** The files by their path in the volume. */
  readonly files: readonly (readonly [path: string, file: VolumeFile])[];
  /** The group of all files and directories: the pod's fsGroup. */
  readonly gid?: number;
}

export interface VolumeFile {
  readonly content: string;
  /** `content` is base64. */
  readonly base64?: true;
  readonly mode: number;
  /** The owner; root when undefined. */
  readonly uid?: number;
}
