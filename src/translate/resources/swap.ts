import { kindOf } from "../../model/api/containers.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import type { Host } from "../../model/host/host.ts";
import { amountsOf, isCritical, qosClass } from "./resources.ts";

/** What the swap of a container depends on. */
export interface SwapContext {
  readonly config: Pick<Config, "memorySwap">;
  readonly host: Pick<Host, "hasCPUShares" | "memoryTotal" | "swapTotal">;
}

/**
 * Returns the bytes that a container may swap. With memorySwap = limited, containers of Burstable pods have the part of
 * the swap that their request is of the memory. A container has none without a request, with a limit that is equal to
 * it, in a critical pod, and on cgroup v1 (`kuberuntime_container_linux.go: GetContainerSwapBehavior`,
 * `calcSwapForBurstablePods`, v1.36).
 */
export function swapLimit(pod: Pod, container: Container, { config, host }: SwapContext): number {
  if (config.memorySwap === "none" || host.hasCPUShares || isCritical(pod) || qosClass(pod) !== "Burstable") return 0;
  const { memoryRequest: request, memoryLimit } = amountsOf(container);
  if (request === memoryLimit || host.memoryTotal <= 0 || request > host.memoryTotal) return 0;
  return Math.floor((request / host.memoryTotal) * host.swapTotal);
}

/** Returns the bytes that all containers of a pod may swap together. */
export function podSwapLimit(pod: Pod, context: SwapContext): number {
  const swap = (container: Container) => swapLimit(pod, container, context);
  const inits = pod.spec.initContainers ?? [];
  const sidecars = inits.filter((each) => kindOf(pod, each) === "sidecar");
  const beside = sidecars.reduce((sum, each) => sum + swap(each), 0);
  const main = pod.spec.containers.reduce((sum, each) => sum + swap(each), 0);
  return beside + Math.max(main, ...inits.filter((each) => !sidecars.includes(each)).map(swap), 0);
}
