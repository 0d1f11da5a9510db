/** A name that this project may hand to systemd; made by unitfile/names.ts only. */
export type UnitName = string & { readonly __brand: "UnitName" };

export type ContainerKind = "container" | "init";

/** What the [X-Kubernetes] section says. A unit without it is not ours, whatever its name. */
export interface Identity {
  readonly namespace: string;
  readonly pod: string;
  readonly podUID: string;
  /** "" for the slice of a pod. */
  readonly container: string;
  readonly kind: ContainerKind | "slice";
  /** Hash of what the pod asks of this unit: another one means stop, replace, start. */
  readonly specHash: string;
}

/** Sections in order, each a list of [key, value] lines with systemd's quoting already done. */
export type UnitSections = readonly (readonly [
  section: string,
  lines: readonly (readonly [key: string, value: string])[],
])[];

export interface DesiredUnit {
  readonly name: UnitName;
  readonly identity: Identity;
  readonly text: string;
  /** Linked into multi-user.target.wants: starts by itself after a reboot. */
  readonly linked: boolean;
}

export interface ActualUnit {
  readonly name: UnitName;
  /** Undefined: the file is missing or carries no readable [X-Kubernetes] section. */
  readonly identity?: Identity;
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
