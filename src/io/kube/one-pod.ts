import type { Pod } from "../../model/api/pod.ts";
import { ApiError } from "./api-error.ts";
import type { ApiClient } from "./http.ts";

/** Requests one pod of this node from the API server; undefined when there is none. Throws ApiError. */
export async function getPod(api: ApiClient, node: string, namespace: string, name: string): Promise<Pod | undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
  try {
    const pod = await api.json<Pod>({ method: "GET", path });
    return pod.spec?.nodeName === node ? pod : undefined;
  } catch (error) {
    // The Node authorizer forbids the pods of other nodes.
    if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return undefined;
    throw error;
  }
}
