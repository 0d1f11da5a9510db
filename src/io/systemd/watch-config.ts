import type { Cluster } from "../../model/host/config.ts";
import { removeCurlOptions, writeCurlOptions } from "../kube/curl-options.ts";
import { podListPath } from "../kube/kube.ts";

const NAME = "watch";

/** Writes the options with which curl watches this node's pods. Returns true when they changed. */
export function writeWatchConfig(cluster: Cluster, nodeName: string): boolean {
  const path = `${podListPath(nodeName)}&watch=1&includeObject=None&timeoutSeconds=600`;
  return writeCurlOptions({ name: NAME, path, cluster, options: [] });
}

/** Removes the options of curl and its credentials. */
export function removeWatchConfig(): void {
  removeCurlOptions(NAME);
}
