/** A name that this project may hand to systemd; made by unitfile/names.ts only. */
export type UnitName = string & { readonly __brand: "UnitName" };

export type ContainerKind = "container" | "init" | "sidecar" | "ephemeral";

/**
 * A companion is what a pod has beside its slice and its containers: it runs no program of the pod, and is written, put
 * back and removed with it. Named `unitlet-KIND.…`, or as systemd wants it for the path that it mounts.
 */
export type AuxiliaryKind = "image" | "mount" | "sandbox" | "socket";

export type UnitKind = ContainerKind | AuxiliaryKind | "slice";

/** What the [X-Kubernetes] section says. A unit without it is not ours, whatever its name. */
export interface UnitOwner {
  readonly namespace: string;
  readonly pod: string;
  readonly podUID: string;
  /** "" for what is the whole pod's. */
  readonly container: string;
  readonly kind: UnitKind;
  /** Hash of what the pod asks of this unit: another one means stop, replace, start. */
  readonly specHash: string;
  /** Type= of a container's unit, which says what the end of its start job means. */
  readonly serviceType?: string;
  /** container-stop ends the container, and keeps its grace period itself. */
  readonly stopHelper?: boolean;
}

/** Assignments of one section of a unit, with systemd's quoting already done. */
export type UnitLines = readonly (readonly [key: string, value: string])[];

/** The sections of a unit in order. */
export type UnitSections = readonly (readonly [section: string, lines: UnitLines])[];

export interface DesiredUnit {
  readonly name: UnitName;
  readonly identity: UnitOwner;
  readonly text: string;
  /** Linked into multi-user.target.wants: starts by itself after a reboot. */
  readonly linked: boolean;
}

export interface AuxiliaryUnit extends DesiredUnit {
  /** Started by each run that finds it idle; false: units that need it start it, or nothing is left for it to do. */
  readonly wanted: boolean;
}

const CONTAINERS: readonly (UnitKind | undefined)[] = [
  "container",
  "init",
  "sidecar",
  "ephemeral",
] satisfies ContainerKind[];

/** A container's, or of a kind that nobody can tell any more. */
export function isContainer({ identity }: { readonly identity?: Pick<UnitOwner, "kind"> }): boolean {
  return identity === undefined || CONTAINERS.includes(identity.kind);
}

export function isAuxiliary({ identity }: { readonly identity?: Pick<UnitOwner, "kind"> }): boolean {
  return identity !== undefined && identity.kind !== "slice" && !CONTAINERS.includes(identity.kind);
}

export interface ActualUnit {
  readonly name: UnitName;
  /** Undefined: the file is missing or carries no readable [X-Kubernetes] section. */
  readonly identity?: UnitOwner;
  /** The file's bytes; undefined when there is no regular file of that name. */
  readonly text?: string;
  /** Drop-in files that somebody put beside it. */
  readonly dropIns: readonly string[];
  readonly linked: boolean;
  /** From ListUnitsByPatterns; undefined when systemd has not loaded it. */
  readonly state?: UnitState;
  /** From /run/systemd/units: the running invocation, 32 hex digits. */
  readonly invocation?: string;
}

export interface UnitState {
  readonly load: string;
  readonly active: "active" | "reloading" | "inactive" | "failed" | "activating" | "deactivating" | "maintenance";
  readonly sub: string;
  /** "start", "stop", "restart" …, or "" when no job is queued. */
  readonly job: string;
}
