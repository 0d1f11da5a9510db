import type { Container } from "../../model/api/pod.ts";
import { allocatable, type Capacity } from "../../model/host/allocatable.ts";
import type { Config } from "../../model/host/config.ts";
import { amountsOf, type CgroupHost } from "./resources.ts";

const PAGE_BYTES = 4096;

/**
 * Returns the bytes from which on the kernel slows a container down and reclaims its memory; undefined: none. It is
 * between the request and the limit, or what pods can request where there is no limit
 * (`kuberuntime_container_linux.go: generateLinuxContainerResources`, v1.36, with the feature gate MemoryQoS).
 */
export function memoryHigh(
  container: Container,
  { config, host }: { readonly config: Config; readonly host: CgroupHost & Capacity },
): number | undefined {
  const { memoryThrottlingFactor: factor } = config;
  const { memoryRequest: request, memoryLimit: limit } = amountsOf(container);
  if (factor === undefined || host.hasCPUShares || request === limit) return undefined;
  // The kubelet counts huge pages here.
  const most = limit > 0 ? limit : allocatable(config, { ...host, hugePages: 0 }).memory;
  const high = Math.floor((request + (most - request) * factor) / PAGE_BYTES) * PAGE_BYTES;
  return high > request ? high : undefined;
}
