import type { Cluster } from "../../model/host/config.ts";
import { remove } from "../files.ts";
import { removeCurlOptions, writeCurlOptions } from "../kube/curl-options.ts";
import { podListPath } from "../kube/kube.ts";
import { WATCH_CONNECTION, WATCH_HEARD } from "../watch-connection.ts";

const NAME = "watch";

/** Writes the options with which curl watches this node's pods. Returns true when they changed. */
export function writeWatchConfig(cluster: Cluster, nodeName: string): boolean {
  const path = `${podListPath(nodeName)}&watch=1&includeObject=None&allowWatchBookmarks=true&timeoutSeconds=600`;
  return writeCurlOptions({ name: NAME, path, cluster, options: [] });
}

/** Removes the options of curl and its credentials, and what a watch that was killed has left. */
export function removeWatchConfig(): void {
  removeCurlOptions(NAME);
  for (const path of [WATCH_CONNECTION, WATCH_HEARD]) remove(path);
}
