import type { PodEvent } from "./api/event.ts";
import type { Pod } from "./api/pod.ts";
import type { Instant } from "./api/time.ts";
import type { ExitRecord } from "./exit-record.ts";
import type { DesiredPull } from "./image/image.ts";
import type { Storage } from "./storage.ts";
import type { UnitName } from "./unit.ts";

/** Whose step it is: after a failed step the later ones of the same pod are skipped. "" for the whole host. */
export type PodUID = string;

interface Common {
  readonly uid: PodUID;
  /** For people: nobody branches on it. */
  readonly because: string;
  /** What the pod's owner hears once the step is done. */
  readonly event?: PodEvent;
}

/** One complete change of the world. diff/ makes them in the order in which they are applied; apply.ts decides nothing. */
export type Step =
  | (Common & { readonly kind: "record-exit"; readonly container: string; readonly record: ExitRecord })
  | (Common & { readonly kind: "kill" | "reset-failed"; readonly unit: UnitName })
  /** end: a stop that is waited for, since what comes next needs it done. The pod goes on: only this unit is stopped. */
  | (Common & { readonly kind: "stop" | "stop-and-wait"; readonly unit: UnitName; readonly podGoesOn?: true })
  | (Common & { readonly kind: "signal"; readonly unit: UnitName; readonly signal: string })
  | (Common & { readonly kind: "schedule-run"; readonly at: Instant })
  | (Common & { readonly kind: "remove-unit"; readonly unit: UnitName })
  | (Common & { readonly kind: "remove-pod" | "unseal" })
  /** note-grace: tells the helpers that stop containers how long a delete gives them, in seconds. */
  | (Common & { readonly kind: "write-grace-period"; readonly seconds: number })
  | (Common & { readonly kind: "write-file"; readonly file: DesiredFile })
  | (Common & { readonly kind: "write-volume"; readonly volume: DesiredVolume })
  /** What is to be done now, in this order, and all that the pod has, for a boot at which nobody can be asked. */
  | (Common & {
      readonly kind: "prepare-volumes";
      readonly storage: readonly Storage[];
      readonly all: readonly Storage[];
    })
  | (Common & {
      readonly kind: "write-unit";
      readonly unit: UnitName;
      readonly text: string;
      readonly dropIns: readonly string[];
    })
  | (Common & { readonly kind: "link" | "unlink"; readonly unit: UnitName })
  | (Common & { readonly kind: "pull"; readonly pull: DesiredPull })
  | (Common & { readonly kind: "remove-image"; readonly digest: string; readonly names: readonly string[] })
  | (Common & { readonly kind: "remove-package"; readonly package: string })
  | (Common & { readonly kind: "cancel-pull"; readonly key: string })
  | (Common & { readonly kind: "reload" | "emit-event" })
  | (Common & { readonly kind: "start" | "restart"; readonly unit: UnitName })
  | (Common & { readonly kind: "delete-pod-object"; readonly pod: Pod });

export type StepKind = Step["kind"];

/** A file below /run/unitlet/pods/UID. */
export interface DesiredFile {
  readonly name: string;
  readonly text: string;
  /** The container's user, who reads it when it starts. */
  readonly uid: number;
  /** Undefined: readable by its owner alone. */
  readonly mode?: number;
}

/** A directory below /run/unitlet/pods/UID/volumes whose content changes as a whole, by its ..data link. */
export interface DesiredVolume {
  readonly name: string;
  /** Whose files differ: of everything else here. */
  readonly digest: string;
  /** By their path in the volume. */
  readonly files: readonly (readonly [path: string, file: VolumeFile])[];
  /** Of all files and directories, besides their owner: the pod's fsGroup. */
  readonly gid?: number;
}

export interface VolumeFile {
  readonly content: string;
  /** The content is bytes, as base64. */
  readonly base64?: true;
  readonly mode: number;
  /** Root, if not given. */
  readonly uid?: number;
}
