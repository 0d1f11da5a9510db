import type { Pod } from "../../model/api/pod.ts";
import type { CgroupLimits } from "../../model/host/cgroup-limits.ts";
import type { Config } from "../../model/host/config.ts";
import { podRequests } from "./requests.ts";
import { type CgroupHost, qosClass } from "./resources.ts";

/** What the memory that the kernel keeps for a pod depends on. */
export interface ReservationContext {
  readonly config: Pick<Config, "memoryReservationPolicy">;
  readonly host: CgroupHost;
}

/** Bytes: those of `min` the kernel never reclaims, those of `low` only when it finds no others. */
export type MemoryReservation = Pick<CgroupLimits, "min" | "low">;

/**
 * Returns what the kernel keeps of the memory that a pod or one of its containers requests. Guaranteed pods have
 * memory.min, Burstable ones memory.low (`kuberuntime_container_linux.go: generateLinuxContainerResources`,
 * `cm/helpers_linux.go: ResourceConfigForPod`, v1.36, with the feature gate MemoryQoS). cgroup v1 has neither.
 */
export function memoryReservation(pod: Pod, request: number, context: ReservationContext): MemoryReservation {
  if (!isTiered(context) || request === 0) return {};
  return qosClass(pod) === "Guaranteed" ? { min: request } : { low: request };
}

/**
 * Returns the same for the slice of all pods and that of Burstable ones, which have the sums: a cgroup protects no more than
 * those above it do (`cm/qos_container_manager_linux.go: setMemoryQoS`, v1.36). Therefore the slice of all pods has
 * memory.low too, where the kubelet sets memory.min alone. It is 0 without the setting, which undoes an earlier one.
 */
export function nodeReservations(
  pods: readonly Pod[],
  context: ReservationContext,
): { readonly all: MemoryReservation; readonly burstable: MemoryReservation } {
  if (context.host.hasCPUShares) return { all: {}, burstable: {} };
  const requests = (qos: string) =>
    pods.reduce((sum, pod) => (qosClass(pod) === qos ? sum + podRequests(pod).memory : sum), 0);
  const low = isTiered(context) ? requests("Burstable") : 0;
  const min = isTiered(context) ? requests("Guaranteed") + low : 0;
  return { all: { min, low }, burstable: { low } };
}

function isTiered({ config, host }: ReservationContext): boolean {
  return config.memoryReservationPolicy === "tiered" && !host.hasCPUShares;
}
