import type { NetworkList } from "./network-list.ts";

/** The network that an add-on of the cluster has configured, with `podNetwork = cni`. */
export interface ClusterNetwork {
  /** Undefined: there is no usable configuration. */
  readonly list?: NetworkList;
  /** Why no pod can be connected now, in the words of containerd; undefined: the network is ready. */
  readonly problem?: string;
  /** The same for the administrator, with more detail. */
  readonly because?: string;
}

/** `go-cni/errors.go: ErrCNINotInitialized`, v1.1.12. */
export const NOT_INITIALIZED = "cni plugin not initialized";

/**
 * Returns why the node is not ready (`kubelet/kubelet.go: updateRuntimeUp` and `container/runtime.go:
 * RuntimeCondition.String`, v1.36; `cri/server/status.go` of containerd v2).
 */
export function networkNotReady(problem: string): string {
  return `container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: ${problem}`;
}
