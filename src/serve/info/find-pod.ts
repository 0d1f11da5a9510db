import type { ApiClient } from "../../io/kube/http.ts";
import { ApiError } from "../../io/kube/http.ts";
import { getPod } from "../../io/kube/one-pod.ts";
import type { Pod } from "../../model/api/pod.ts";
import { readHostPods } from "./host-pods.ts";

/**
 * One pod of this node: as the API server has it, or while that does not answer, as far as the host knows it. Undefined when
 * there is none. Throws ApiError for one that only the API server could know.
 */
export async function findPod(api: ApiClient, node: string, namespace: string, name: string): Promise<Pod | undefined> {
  try {
    return await getPod(api, node, namespace, name);
  } catch (error) {
    const isOwn = ({ metadata }: Pod) => metadata.namespace === namespace && metadata.name === name;
    const known = error instanceof ApiError ? readHostPods().find(isOwn) : undefined;
    if (known === undefined) throw error;
    return known;
  }
}
