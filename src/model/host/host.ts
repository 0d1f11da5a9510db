import type { Instant } from "../api/time.ts";
import type { VulnerableTool } from "../image/tool-vulnerabilities.ts";
import type { ConfinementProbe } from "./confinement-probe.ts";
import type { PressureHistory } from "./pressure-history.ts";

/** Bytes and inodes of a file system. A total of 0 inodes: it has no such limit. */
export interface DiskLevels {
  readonly diskTotal: number;
  readonly diskAvailable: number;
  readonly inodesTotal: number;
  readonly inodesFree: number;
}

/** The properties and the load of this host, measured during the run, in bytes, millicores and counts. */
export interface Host extends DiskLevels {
  readonly hostname: string;
  /** IPv4 first. Never empty: the loopback address when the host has no other. */
  readonly addresses: readonly string[];
  readonly cpus: number;
  readonly memoryTotal: number;
  /** memoryTotal without the working set of the root cgroup, as in the kubelet. */
  readonly memoryAvailable: number;
  /** The limit of unitlet.slice and its working set, in bytes; undefined without the slice or its limit. */
  readonly podsMemory?: { readonly limit: number; readonly workingSet: number };
  /** The bytes of memoryTotal that are reserved as huge pages of any size; undefined: none. */
  readonly hugePages?: number;
  /** The file system of the images, when it is another one than that of the files of pods. */
  readonly imageDisk?: DiskLevels;
  readonly pidsMax: number;
  readonly pidsUsed: number;
  /** What earlier measurements of these numbers found; undefined: no threshold was met. */
  readonly pressureHistory?: PressureHistory;
  readonly machineID: string;
  readonly bootID: string;
  readonly systemUUID: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  /** "amd64", "arm64" … in the spelling of GOARCH. */
  readonly architecture: string;
  readonly bootedAt: Instant;
  readonly swapTotal: number;
  /** True on cgroup v1, where the CPU controller has shares instead of weights. */
  readonly hasCPUShares?: boolean;
  /** Those of skopeo, umoci and crun that are not installed. */
  readonly missingImageTools: readonly string[];
  /** The known holes of skopeo, umoci and crun; undefined where the Node is not reported. */
  readonly vulnerableTools?: readonly VulnerableTool[];
  /** As in ConfinementProbe; undefined where the Node is not reported. */
  readonly landlockABI?: number;
  /** True when packages can be installed with apt-get. */
  readonly hasApt: boolean;
  /** "252" or "257.4"; undefined when systemd did not answer. */
  readonly systemdVersion?: string;
  /** The state that decides how containers are confined; undefined where no pods are translated. */
  readonly confinementProbe?: ConfinementProbe;
  /** Why systemd or D-Bus cannot be used now; undefined when they can. */
  readonly systemdProblem?: string;
}
