import type { Node } from "../../model/api/node.ts";
import type { Pod } from "../../model/api/pod.ts";
import { ignoreNotFound } from "./api-error.ts";
import { Events } from "./events.ts";
import { type ApiClient, MERGE_PATCH_TYPE } from "./http.ts";

const STRATEGIC_MERGE_PATCH_TYPE = "application/strategic-merge-patch+json";

interface Lease {
  readonly spec?: { readonly renewTime?: string };
}

/** Returns the path of the list of a node's pods, with its query. */
export function podListPath(node: string): string {
  return `/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`;
}

/** Returns the path of the lease of a node. */
export function leasePath(node: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node}`;
}

/** The requests that a run makes, one method each. All throw ApiError. */
export class Kube {
  readonly events: Events;
  readonly #api: ApiClient;
  readonly #node: string;

  constructor(api: ApiClient, nodeName: string) {
    this.#api = api;
    this.#node = nodeName;
    this.events = new Events(api, nodeName);
  }

  /** The client, for requests that only the rotation of certificates and the fetching of references make. */
  get api(): ApiClient {
    return this.#api;
  }

  /** Returns the list of this node's pods as bytes, because an idle run only compares their digest. */
  listPods(): Promise<Buffer> {
    return this.#api.call({ method: "GET", path: podListPath(this.#node) });
  }

  /** Patches the status of a pod with a strategic merge patch. */
  patchPodStatus({ namespace, name, uid }: Pod["metadata"], patch: object): Promise<Buffer> {
    return this.#api.call({
      method: "PATCH",
      about: uid,
      path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
      body: patch,
      contentType: STRATEGIC_MERGE_PATCH_TYPE,
    });
  }

  createPod(pod: Pod): Promise<Pod> {
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods`;
    return this.#api.json({ method: "POST", path, body: { apiVersion: "v1", kind: "Pod", ...pod } });
  }

  /** Deletes the object of exactly this pod. A later pod of the same name is not deleted, because the UID is a precondition. */
  deletePod({ namespace, name, uid }: Pod["metadata"]): Promise<Buffer> {
    const body = { kind: "DeleteOptions", apiVersion: "v1", gracePeriodSeconds: 0, preconditions: { uid } };
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    return this.#api.call({ method: "DELETE", path, body, about: uid });
  }

  /** Returns the Node object of this node; undefined when there is none. */
  getNode(): Promise<Node | undefined> {
    return ignoreNotFound(this.#api.json<Node>({ method: "GET", path: `/api/v1/nodes/${this.#node}` }));
  }

  createNode(node: Node): Promise<Node> {
    return this.#api.json({ method: "POST", path: "/api/v1/nodes", body: { apiVersion: "v1", kind: "Node", ...node } });
  }

  patchNode(patch: object): Promise<Buffer> {
    return this.#api.call({
      method: "PATCH",
      path: `/api/v1/nodes/${this.#node}`,
      body: patch,
      contentType: STRATEGIC_MERGE_PATCH_TYPE,
    });
  }

  patchNodeStatus(patch: object): Promise<Buffer> {
    return this.#api.call({
      method: "PATCH",
      path: `/api/v1/nodes/${this.#node}/status`,
      body: patch,
      contentType: STRATEGIC_MERGE_PATCH_TYPE,
    });
  }

  /** Deletes the Node object. The API server forbids this to nodes unless an administrator has granted it. */
  deleteNode(): Promise<Buffer> {
    return this.#api.call({ method: "DELETE", path: `/api/v1/nodes/${this.#node}` });
  }

  deleteLease(): Promise<Buffer> {
    return this.#api.call({ method: "DELETE", path: this.#lease });
  }

  /** Returns the lease of this node; undefined when there is none. */
  getLease(): Promise<Lease | undefined> {
    return ignoreNotFound(this.#api.json<Lease>({ method: "GET", path: this.#lease }));
  }

  get #lease(): string {
    return leasePath(this.#node);
  }

  /** Renews the lease. Returns false when there is none. */
  async renewLease(patch: object): Promise<boolean> {
    const call = this.#api.call({ method: "PATCH", path: this.#lease, body: patch, contentType: MERGE_PATCH_TYPE });
    return (await ignoreNotFound(call)) !== undefined;
  }

  createLease(lease: object): Promise<Buffer> {
    return this.#api.call({
      method: "POST",
      path: "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases",
      body: lease,
    });
  }
}
