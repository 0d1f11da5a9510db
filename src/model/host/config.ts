import type { UnitDirectory } from "../unit-directory.ts";
import type { NodePolicy } from "./node-policy.ts";

/** The settings after defaults. Fields that are settings have the setting's name; `config/settings.ts` parses them. */
export interface Config extends NodePolicy {
  readonly nodeName: string;
  /** The cluster of the node; undefined: the node is standalone. */
  readonly cluster?: Cluster;
  /** The directory of a standalone node's pods, and of static pods. */
  readonly manifests: string;
  /** Whether a node of a cluster runs the pods of the directory as static pods. */
  readonly staticPods: boolean;
  readonly imagePulls: "allow" | "deny";
  /** True when containers run on the host's files, whatever their image field says. */
  readonly ignoreImages: boolean;
  /** The holes (CVE numbers) of programs for images of which nothing warns. */
  readonly acceptedVulnerabilities: readonly string[];
  /** Whether an image that is a file by URL must have a checksum. */
  readonly imageChecksums: "required" | "optional";
  /** Percentage of disk in use above which unused images are removed. 100: never. */
  readonly imageGCHighThresholdPercent: number;
  /** Percentage of disk in use at which the removal of images ends. */
  readonly imageGCLowThresholdPercent: number;
  /** Milliseconds that a pod has to get ready with an updated image. */
  readonly autoUpdateTimeout: number;
  /** The program that is called after each update of an image; undefined: none. */
  readonly autoUpdateHook?: string;
  /** Bytes that the journal of the containers of one namespace may take. */
  readonly namespaceLogMaxSize: number;
  /** Names of kernel parameters, or beginnings that end with "*", that pods may set besides the safe ones. */
  readonly allowedUnsafeSysctls: readonly string[];
  /** "required": a pod that does not ask for the host's network is rejected. */
  readonly hostNetwork: "default" | "required";
  /** host: pods are on the host's network. bridge: each pod without hostNetwork has one of its own on this node's bridge. */
  readonly podNetwork: "host" | "bridge" | "cni";
  /** The ranges of pod addresses, at most one of each IP family, where the Node has no podCIDRs. */
  readonly podCIDR: readonly string[];
  /** Addresses of the cluster's name servers. Empty: pods use the host's name servers. */
  readonly clusterDNS: readonly string[];
  readonly clusterDomain: string;
  readonly watch: boolean;
  readonly taint: boolean;
  /** Where the unit files of pods are. */
  readonly unitDirectory: UnitDirectory;
  /** What happens to drop-ins that an administrator adds to a container's unit. */
  readonly dropIns: "remove" | "keep";
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** Addresses of the node. Empty: those of the interfaces with the default routes. */
  readonly nodeIPs: readonly string[];
  readonly maxPods: number;
  /** The number of processes and threads that a pod may have. -1: no limit. */
  readonly podPidsLimit: number;
  /** The kernel kills one process of a container that is out of memory, instead of all of them. */
  readonly singleProcessOOMKill: boolean;
  /** "limited": containers of Burstable pods may swap in proportion to their requests. */
  readonly memorySwap: "none" | "limited";
  /** The part of the way from a request to the limit of memory from which on a container is slowed down. */
  readonly memoryThrottlingFactor?: number;
  /** "tiered": the kernel keeps the memory that pods request, always for Guaranteed ones and if it can for Burstable ones. */
  readonly memoryReservationPolicy: "none" | "tiered";
  readonly systemReserved: SystemReserved;
  /** Signals that are not named have no threshold. */
  readonly evictionHard: EvictionThresholds;
  /** Thresholds that evict only after the grace period of their signal. */
  readonly evictionSoft: EvictionThresholds;
  readonly evictionSoftGracePeriod: GracePeriods;
  /** Seconds that a pod may have to end when a soft threshold evicts it. */
  readonly evictionMaxPodGracePeriod: number;
  /** How much more than a threshold must be available before a pressure that has evicted pods ends. */
  readonly evictionMinimumReclaim: EvictionThresholds;
  /** Milliseconds for which a pressure stays in the Node's conditions after it was last measured. */
  readonly evictionPressureTransitionPeriod: number;
  /** The longest time in milliseconds between two full runs. */
  readonly syncFrequency: number;
  /** Milliseconds for one request to the API server. */
  readonly apiServerTimeout: number;
  readonly kubeletPort: number;
  /** How the kubelet's port is served; undefined on a standalone node, where nothing listens at the port. */
  readonly endpoint?: Endpoint;
}

/** Resources that are not for pods: millicores, bytes, and a count of process IDs. */
export interface SystemReserved {
  readonly cpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  readonly pids: number;
}

/** The kubelet's names of what is measured (`eviction/api/types.go: Signal`, v1.36). */
export const EVICTION_SIGNALS = [
  "memory.available",
  "nodefs.available",
  "nodefs.inodesFree",
  "imagefs.available",
  "imagefs.inodesFree",
  "pid.available",
] as const;

export type EvictionSignal = (typeof EVICTION_SIGNALS)[number];

/** Bytes or a count; or a fraction of the total, from 0 to 1. */
export type EvictionThreshold = { readonly quantity: number } | { readonly fraction: number };

export type EvictionThresholds = Readonly<Partial<Record<EvictionSignal, EvictionThreshold>>>;

/** Milliseconds by signal. */
export type GracePeriods = Readonly<Partial<Record<EvictionSignal, number>>>;

/** How the kubelet's port is served. */
export interface Endpoint {
  /** Milliseconds without a connection after which the server's process ends. */
  readonly idleTimeout: number;
  /** The authorities of accepted client certificates. */
  readonly clientCA?: FileOrData;
  /** Paths of the serving certificate and its key. Undefined: unitlet requests or makes its own. */
  readonly servingPair?: { readonly certificate: string; readonly key: string };
  /** Whether a serving certificate is requested from the cluster, and what is served before it is issued. */
  readonly servingCertificate: "self-signed" | "csr" | "csr-with-fallback";
}

/** The current context of the kubeconfig. Paths are absolute, data is PEM text. */
export interface Cluster {
  readonly server: string;
  readonly ca?: FileOrData;
  readonly certificate?: FileOrData;
  readonly key?: FileOrData;
  readonly token?: FileOrData;
  readonly insecureSkipTLSVerify: boolean;
  readonly tlsServerName?: string;
}

export type FileOrData = { readonly file: string } | { readonly data: string };
