import type { Log } from "../log.ts";
import type { Instant } from "../model/api/time.ts";
import type { Config } from "../model/host/config.ts";
import type { PodSource } from "../ports.ts";
import { ClusterSource } from "./kube/cluster-source.ts";
import { ApiClient } from "./kube/http.ts";
import { Kube } from "./kube/kube.ts";
import type { WriteGate } from "./kube/write-gate.ts";
import { ManifestSource } from "./manifest-source.ts";
import { StaticPodSource } from "./static-pods/static-pod-source.ts";

/** A source of pods with its connection. */
export interface ConnectedSource {
  readonly source: PodSource;
  /** Undefined on a standalone host. */
  readonly kube?: Kube;
  close(): void;
}

/**
 * Returns where the pods of this host come from. After `deadline` no further request is sent to the API server. `gate` holds
 * back writes that were refused; a program without one writes nothing.
 */
export function connectPodSource(config: Config, log: Log, deadline: Instant, gate?: WriteGate): ConnectedSource {
  const { cluster, nodeName, manifests } = config;
  if (cluster === undefined) return { source: new ManifestSource(manifests, nodeName, log), close: () => undefined };
  const api = new ApiClient(cluster, config.apiServerTimeout, deadline, gate);
  const kube = new Kube(api, nodeName);
  const source = new StaticPodSource({
    cluster: new ClusterSource(kube, nodeName),
    manifests: config.staticPods ? new ManifestSource(manifests, nodeName, log, false) : undefined,
    client: kube,
    nodeName,
    log,
  });
  return { kube, source, close: () => api.close() };
}
