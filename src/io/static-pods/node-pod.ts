import type { Pod } from "../../model/api/pod.ts";
import { shownPod } from "../../model/static-pod.ts";
import type { ApiClient } from "../kube/http.ts";
import { getPod } from "../kube/one-pod.ts";
import { unitOwners } from "./unit-owners.ts";

/**
 * Requests one pod of this node from the API server; undefined when there is none. A mirror pod has the UID of its static pod.
 * Throws ApiError.
 */
export async function getNodePod(
  api: ApiClient,
  node: string,
  namespace: string,
  name: string,
): Promise<Pod | undefined> {
  const pod = await getPod(api, node, namespace, name);
  return pod === undefined ? undefined : shownPod(pod, unitOwners(pod));
}
