import type { Instant } from "../api/time.ts";
import type { ConfinementProbe } from "./confinement-probe.ts";

/** What this computer is and how it fares, measured during the run. Bytes, millicores, counts. */
export interface Host {
  readonly hostname: string;
  /** IPv4 first. Never empty: the loopback address when the host has no other. */
  readonly addresses: readonly string[];
  readonly cpus: number;
  readonly memoryTotal: number;
  readonly memoryAvailable: number;
  readonly diskTotal: number;
  readonly diskAvailable: number;
  readonly inodesTotal: number;
  readonly inodesFree: number;
  readonly pidsMax: number;
  readonly pidsUsed: number;
  readonly machineID: string;
  readonly bootID: string;
  readonly systemUUID: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  /** "amd64", "arm64" … as GOARCH spells it. */
  readonly architecture: string;
  readonly bootedAt: Instant;
  readonly swapTotal: number;
  /** Of skopeo, umoci, crun. */
  readonly missingImageTools: readonly string[];
  /** Whether packages can be installed as Debian and its like do it. */
  readonly hasApt: boolean;
  /** "252" or "257.4"; undefined when systemd did not answer. */
  readonly systemdVersion?: string;
  /** Undefined where no pods are translated. */
  readonly confinementProbe?: ConfinementProbe;
  /** Why systemd or D-Bus cannot be used now; undefined when they can. */
  readonly systemdProblem?: string;
}
