import type { UnitName } from "../unit.ts";
import type { Instant } from "./time.ts";

export const PROBE_TYPES = ["startup", "liveness", "readiness"] as const;

export type ProbeType = (typeof PROBE_TYPES)[number];

/** What the prober must know of one container: /run/unitlet/pods/UID/NAME.probes, as JSON. It may hold secrets in headers. */
export interface ContainerProbes {
  readonly unit: UnitName;
  /** Where the pod is reached, unless a probe names another host. */
  readonly address: string;
  /** False: a container that fails its probe is stopped for good (restartPolicy Never). */
  readonly restarts: boolean;
  readonly probes: Readonly<Partial<Record<ProbeType, Probe>>>;
  /** Those that are requests. */
  readonly hooks?: Readonly<Partial<Record<"post-start" | "pre-stop", HttpCheck>>>;
}

/** Seconds and counts, with the API's defaults filled in. */
export interface Probe {
  readonly check: Check;
  readonly initialDelay: number;
  readonly period: number;
  readonly timeout: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
  /** Instead of the pod's, when this probe ends the container. */
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
 * What the prober has found out about one start of a container, in /run/unitlet/pods/UID/NAME.TYPE. Written when it says
 * something new; each single result is counted elsewhere.
 */
export interface ProbeResult {
  /** Of the container. */
  readonly invocation: string;
  /** By the thresholds. */
  readonly success: boolean;
  /** In a row, up to now; 0 when the last one was none. */
  readonly failures: number;
  readonly at: Instant;
  /** What the last failure said, or what is odd about the last success. */
  readonly message: string;
  /** It counts as a success, but its owner should know. */
  readonly warning: boolean;
  /** The container was ended for it. */
  readonly ended: boolean;
  /** When that was last, if it was an earlier start: a run that is late must not miss it. */
  readonly end?: { readonly invocation: string; readonly at: Instant };
}
