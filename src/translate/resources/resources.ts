import { declaredContainers, kindOf } from "../../model/api/containers.ts";
import type { Container, Pod, QosClass } from "../../model/api/pod.ts";
import { parseQuantity } from "../../model/api/quantity.ts";
import type { CgroupLimits } from "../../model/host/cgroup-limits.ts";
import type { Host } from "../../model/host/host.ts";
import { isStaticPod } from "../../model/static-pod.ts";
import type { UnitLines } from "../../model/unit.ts";

/** Millicores and bytes; a limit of 0 is no limit. */
export interface Amounts {
  readonly cpuRequest: number;
  readonly cpuLimit: number;
  readonly memoryRequest: number;
  readonly memoryLimit: number;
}

/** Returns amounts rounded up: a limit of less than a byte is still a limit. */
export function amountsOf({ resources }: Pick<Container, "resources">): Amounts {
  const { requests, limits } = resources ?? {};
  const cpuLimit = amount(limits?.cpu, 3);
  const memoryLimit = amount(limits?.memory, 0);
  return {
    cpuRequest: requests?.cpu === undefined ? cpuLimit : amount(requests.cpu, 3),
    cpuLimit,
    memoryRequest: requests?.memory === undefined ? memoryLimit : amount(requests.memory, 0),
    memoryLimit,
  };
}

function amount(quantity: string | undefined, scale: number): number {
  const value = quantity === undefined ? 0 : (parseQuantity(String(quantity), scale) ?? 0);
  // Larger numbers print with an exponent, which systemd does not read.
  return Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(value));
}

/** Bytes of swap, those from which on the kernel reclaims memory, and those that it keeps; undefined: as it has to. */
export interface MemoryBounds extends Pick<CgroupLimits, "min" | "low"> {
  readonly swap: number;
  readonly high?: number | undefined;
}

/** Returns the resource lines of a container's unit. Without TasksMax= it would get systemd's default of 15% of all PIDs. */
export function containerResourceLines(
  { cpuRequest, cpuLimit, memoryLimit }: Amounts,
  host: CgroupHost,
  bounds: MemoryBounds,
): UnitLines {
  const rest = [
    ["TasksMax", "infinity"],
    ["IOAccounting", "yes"],
  ] as const;
  return [...requestLines(cpuRequest, host), ...quotaLines(cpuLimit), ...memoryLines(memoryLimit, bounds), ...rest];
}

/** Returns the resource lines of a pod's slice. */
export function podResourceLines(pod: Pod, host: CgroupHost, bounds: MemoryBounds): UnitLines {
  const { cpuRequest, cpuLimit, memoryLimit } = podAmounts(pod);
  return [...requestLines(cpuRequest, host), ...quotaLines(cpuLimit), ...memoryLines(memoryLimit, bounds)];
}

/**
 * Returns the amounts of the whole pod. It has a limit only when every container has one, or the pod itself
 * (`cm/helpers_linux.go: ResourceConfigForPod`, v1.36).
 */
export function podAmounts(pod: Pod): Omit<Amounts, "memoryRequest"> {
  const inits = pod.spec.initContainers ?? [];
  const sidecars = inits.filter((each) => kindOf(pod, each) === "sidecar");
  const beside = sidecars.map(amountsOf);
  const main = [...pod.spec.containers.map(amountsOf), ...beside];
  const init = inits.filter((each) => kindOf(pod, each) === "init").map(amountsOf);
  const sum = (key: keyof Amounts) =>
    Math.max(
      main.reduce((total, a) => total + a[key], 0),
      ...init.map((a) => a[key] + beside.reduce((total, b) => total + b[key], 0)),
    );
  const limited = (key: "cpuLimit" | "memoryLimit") => [...main, ...init].every((a) => a[key] > 0);
  // Resources of the pod replace those of its containers.
  const { requests, limits } = pod.spec.resources ?? {};
  const whole = amountsOf(pod.spec);
  const request = requests?.cpu === undefined && limits?.cpu === undefined ? sum("cpuRequest") : whole.cpuRequest;
  const cpu = limits?.cpu === undefined ? limited("cpuLimit") && sum("cpuLimit") : whole.cpuLimit;
  const memory = limits?.memory === undefined ? limited("memoryLimit") && sum("memoryLimit") : whole.memoryLimit;
  return { cpuRequest: request, cpuLimit: cpu || 0, memoryLimit: memory || 0 };
}

/** The property of the host that decides how a CPU request is written. */
export type CgroupHost = Pick<Host, "hasCPUShares">;

/** systemd would convert CPUWeight= to other shares than the kubelet's, and ignores CPUShares= beside it. */
function requestLines(request: number, { hasCPUShares }: CgroupHost): UnitLines {
  return hasCPUShares ? [["CPUShares", String(cpuShares(request))]] : [["CPUWeight", String(cpuWeight(request))]];
}

function quotaLines(limit: number): UnitLines {
  return limit > 0 ? [["CPUQuota", `${quotaMillicores(limit) / 10}%`]] : [];
}

/**
 * Returns the millicores of a quota. The kernel rejects quotas below 1 ms in its period of 100 ms, so this raises them
 * (`cm/helpers_linux.go: MilliCPUToQuota`, v1.36).
 */
export function quotaMillicores(limit: number): number {
  return Math.max(limit, 10);
}

/**
 * Returns the lines for memory and swap, in bytes. The limit of swap holds without a limit of memory, too
 * (`kuberuntime_container_linux.go: configureSwap`, v1.36). systemd applies MemorySwapMax= on cgroup v2 only.
 */
function memoryLines(limit: number, { swap, high, min, low }: MemoryBounds): UnitLines {
  const line = (key: string, value: number | undefined) => (value === undefined ? [] : [[key, String(value)] as const]);
  return [
    ...line("MemoryMin", min),
    ...line("MemoryLow", low),
    ...line("MemoryHigh", high),
    ...line("MemoryMax", limit > 0 ? limit : undefined),
    ...line("MemorySwapMax", swap),
  ];
}

/** Converts millicores to shares of cgroup v1 (`cm/helpers_linux.go: MilliCPUToShares`, v1.36). */
export function cpuShares(milli: number): number {
  return Math.min(262144, Math.max(2, Math.floor((milli * 1024) / 1000)));
}

/**
 * Converts millicores to CPUWeight= as runc 1.3.2 converts shares, so that one CPU has systemd's default weight of 100.
 */
export function cpuWeight(milli: number): number {
  const shares = cpuShares(milli);
  if (shares <= 2) return 1;
  if (shares >= 262144) return 10000;
  const l = Math.log2(shares);
  return Math.ceil(10 ** ((l * l + 125 * l) / 612 - 7 / 34));
}

/** Returns the QoS class (`qos/qos.go: ComputePodQOS`, v1.36): only cpu and memory count. */
export function qosClass(pod: Pod): QosClass {
  const { requests, limits } = pod.spec.resources ?? {};
  const isWhole = Object.keys({ ...requests, ...limits }).length > 0;
  const each = declaredContainers(pod.spec);
  const all = isWhole ? [amountsOf(pod.spec)] : each.map(amountsOf);
  if (all.every((a) => a.cpuRequest + a.cpuLimit + a.memoryRequest + a.memoryLimit === 0)) return "BestEffort";
  const exact = (a: Amounts) =>
    a.cpuLimit > 0 && a.memoryLimit > 0 && a.cpuRequest === a.cpuLimit && a.memoryRequest === a.memoryLimit;
  return all.every(exact) ? "Guaranteed" : "Burstable";
}

/** The priority of system-cluster-critical (`apis/scheduling/types.go: SystemCriticalPriority`, v1.36). */
export const SYSTEM_CRITICAL = 2_000_000_000;

/**
 * True for a pod that is never evicted, and is admitted by preemption of others (`types/pod_update.go: IsCriticalPod`,
 * v1.36).
 */
export function isCritical(pod: Pod): boolean {
  return isStaticPod(pod) || (pod.spec.priority ?? 0) >= SYSTEM_CRITICAL;
}

/** True for a pod that is killed last under memory pressure (`types/pod_update.go: IsNodeCriticalPod`, v1.36). */
export function isNodeCritical({ spec }: Pod): boolean {
  return spec.priorityClassName === "system-node-critical" && (spec.priority ?? 0) >= SYSTEM_CRITICAL;
}

/** Returns OOMScoreAdjust= for a request and a total in bytes (`qos/policy.go: GetContainerOOMScoreAdjust`, v1.36). */
export function oomScoreAdjust(qos: QosClass, memoryRequest: number, memoryTotal: number): number {
  if (qos === "Guaranteed") return -997;
  if (qos === "BestEffort") return 1000;
  const score = 1000 - Math.floor((1000 * memoryRequest) / Math.max(1, memoryTotal));
  return Math.min(999, Math.max(3, score));
}
