import type { UnitName } from "../unit.ts";
import type { Instant } from "./time.ts";

export const PROBE_TYPES = ["startup", "liveness", "readiness"] as const;

export type ProbeType = (typeof PROBE_TYPES)[number];

/** The JSON of /run/unitlet/pods/UID/NAME.probes, which the prober reads. Its headers may be secret. */
export interface ContainerProbes {
  readonly unit: UnitName;
  /** The address of the pod, for probes without a host of their own. */
  readonly address: string;
  /** False with restartPolicy Never: a container that fails its probe is stopped and not started again. */
  readonly restarts: boolean;
  readonly probes: Readonly<Partial<Record<ProbeType, Probe>>>;
  /** The hooks that are HTTP requests. */
  readonly hooks?: Readonly<Partial<Record<"post-start" | "pre-stop", HttpCheck>>>;
}

/** A probe with the defaults of the API. Times are in seconds. */
export interface Probe {
  readonly check: Check;
  readonly initialDelay: number;
  readonly period: number;
  readonly timeout: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
  /** The grace period when this probe ends the container; undefined: that of the pod. */
  readonly grace?: number;
}

export type Check =
  | { readonly type: "exec"; readonly command: readonly string[] }
  | HttpCheck
  | { readonly type: "tcp"; readonly host?: string; readonly port: number }
  | { readonly type: "grpc"; readonly port: number; readonly service: string };

export interface HttpCheck {
  readonly type: "http";
  readonly scheme: "http" | "https";
  readonly host?: string;
  readonly port: number;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/**
 * The result of one probe since one start of a container, in /run/unitlet/pods/UID/NAME.TYPE. The prober writes it when
 * runs need it, and counts every result in its own state.
 */
export interface ProbeResult {
  /** The invocation of the container's unit. */
  readonly invocation: string;
  /** The result that the thresholds give. */
  readonly success: boolean;
  /** The number of failures in a row; 0 when the last check succeeded. */
  readonly failures: number;
  readonly at: Instant;
  /** The reason of the last failure, or the warning of the last success. */
  readonly message: string;
  /** True for a success with a warning, which becomes an Event. */
  readonly warning: boolean;
  /** True when the prober has ended the container because of this result. */
  readonly ended: boolean;
  /** The last end because of this probe in an earlier start, for a run that has not read it yet. */
  readonly end?: { readonly invocation: string; readonly at: Instant };
}
