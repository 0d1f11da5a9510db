import type { Instant } from "./api/time.ts";
import type { CgroupLimits } from "./host/cgroup-limits.ts";

/** A unit name that unitfile/names.ts made. Only such names are passed to systemd. */
export type UnitName = string & { readonly __brand: "UnitName" };

export type ContainerKind = "container" | "init" | "sidecar" | "ephemeral";

/**
 * Kinds of auxiliary units: units of a pod besides its slice and containers. They run no program of the pod, and are
 * written, restored and removed with it. Their names are `unitlet-KIND.…`, or the name that systemd requires for a
 * mount.
 */
export type AuxiliaryKind = "image" | "mount" | "sandbox" | "socket";

export type UnitKind = ContainerKind | AuxiliaryKind | "slice";

/** The content of the [X-Kubernetes] section. A unit without it is not ours, whatever its name. */
export interface UnitOwner {
  readonly namespace: string;
  readonly pod: string;
  readonly podUID: string;
  /** "" for a unit of the whole pod. */
  readonly container: string;
  readonly kind: UnitKind;
  /** Hash of the fields that the unit depends on. Another hash stops, replaces and starts the unit. */
  readonly specHash: string;
  /** Type= of a container's unit, which says what the end of its start job means. */
  readonly serviceType?: string;
  /** container-stop ends the container, and keeps its grace period itself. */
  readonly stopHelper?: boolean;
  /** The path of the cgroup of a unit that the pod has adopted, below the root; undefined: unitlet has written the unit. */
  readonly cgroup?: string;
  /** TimeoutStopSec= in seconds, when a delete has extended it; else unitStopTimeout() returns it. */
  readonly stopTimeout?: number;
}

/** Assignments of one section of a unit, with systemd's quoting already done. */
export type UnitLines = readonly (readonly [key: string, value: string])[];

/** The sections of a unit in order. */
export type UnitSections = readonly (readonly [section: string, lines: UnitLines])[];

export interface DesiredUnit {
  readonly name: UnitName;
  readonly identity: UnitOwner;
  readonly text: string;
  /** Linked into multi-user.target.wants, so that it starts after a reboot. */
  readonly linked: boolean;
  /** What the kernel should have for its cgroup; undefined: its lines leave that to systemd. */
  readonly limits?: CgroupLimits;
}

export interface AuxiliaryUnit extends DesiredUnit {
  /** True: each run starts the unit when it is inactive. False: other units start it, or it has nothing left to do. */
  readonly wanted: boolean;
}

const CONTAINERS: readonly (UnitKind | undefined)[] = [
  "container",
  "init",
  "sidecar",
  "ephemeral",
] satisfies ContainerKind[];

/** True for containers, and for units whose kind cannot be read. */
export function isContainer({ identity }: { readonly identity?: Pick<UnitOwner, "kind"> }): boolean {
  return identity === undefined || CONTAINERS.includes(identity.kind);
}

/** True for a unit of a pod that is neither a slice nor a container; false for a unit whose kind cannot be read. */
export function isAuxiliary({ identity }: { readonly identity?: Pick<UnitOwner, "kind"> }): boolean {
  return identity !== undefined && identity.kind !== "slice" && !CONTAINERS.includes(identity.kind);
}

export interface ActualUnit {
  readonly name: UnitName;
  /** Undefined: the file has no readable [X-Kubernetes] section, or is missing and has no copy for the next boot. */
  readonly identity?: UnitOwner;
  /** Text of the file; undefined when there is no regular file of that name. */
  readonly text?: string;
  /** Drop-in files of the unit. */
  readonly dropIns: readonly string[];
  /** Names of the drop-ins for all units of its type that this unit masks, sorted; undefined: none. */
  readonly masks?: readonly string[];
  readonly linked: boolean;
  /** True when a file or link of the unit is in another directory than the setting `unitDirectory` says, or a copy is missing. */
  readonly misplaced?: true;
  /** From ListUnitsByPatterns; undefined when systemd has not loaded it. */
  readonly state?: UnitState;
  /** From /run/systemd/units: the running invocation, 32 hex digits. */
  readonly invocation?: string;
  /** When that invocation began, of a unit that a pod has adopted. container-start records it for all others. */
  readonly startedAt?: Instant;
  /** What the kernel has for an active slice or container; undefined for all others. */
  readonly limits?: CgroupLimits;
}

/** True for a unit of the host that a pod has adopted: the text is that of the drop-in, and the unit outlives the pod. */
export function isAdopted({ identity }: { readonly identity?: Pick<UnitOwner, "cgroup"> }): boolean {
  return identity?.cgroup !== undefined;
}

/** A service of the host that a pod names. */
export interface HostUnit {
  /** The name that systemd has for it: not that of an alias. */
  readonly id: string;
  readonly state: UnitState;
  /** Type= */
  readonly type: string;
  /** The slice that it is in, such as "system.slice". */
  readonly slice: string;
}

export interface UnitState {
  readonly load: string;
  readonly active: "active" | "reloading" | "inactive" | "failed" | "activating" | "deactivating" | "maintenance";
  readonly sub: string;
  /** "start", "stop", "restart" …, or "" when no job is queued. */
  readonly job: string;
}
