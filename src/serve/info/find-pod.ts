import { ApiError } from "../../io/kube/api-error.ts";
import type { ApiClient } from "../../io/kube/http.ts";
import { getNodePod } from "../../io/static-pods/node-pod.ts";
import type { Pod } from "../../model/api/pod.ts";
import { readHostPods } from "./host-pods.ts";

/**
 * Returns one pod of this node from the API server, or from the files of this host while the API server does not answer.
 * Undefined when there is none. Throws ApiError for a pod that the host does not know.
 */
export async function findPod(api: ApiClient, node: string, namespace: string, name: string): Promise<Pod | undefined> {
  try {
    return await getNodePod(api, node, namespace, name);
  } catch (error) {
    const isOwn = ({ metadata }: Pod) => metadata.namespace === namespace && metadata.name === name;
    const hostPod = error instanceof ApiError ? readHostPods().find(isOwn) : undefined;
    if (hostPod === undefined) throw error;
    return hostPod;
  }
}
