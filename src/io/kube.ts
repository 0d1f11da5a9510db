import type { NodeEvent, PodEvent } from "../model/event.ts";
import type { Node } from "../model/node.ts";
import type { Pod } from "../model/pod.ts";
import type { TokenReference } from "../model/references.ts";
import { type Instant, toTimestamp } from "../model/time.ts";
import { digest } from "../unitfile/hash.ts";
import { type ApiClient, ApiError } from "./http.ts";

const MERGE = "application/merge-patch+json";
const STRATEGIC = "application/strategic-merge-patch+json";
const OCCURRENCE = "unitlet.dev/occurrence";

export interface Lease {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
  readonly spec: { readonly renewTime?: string };
}

/** The requests that a run makes, one method each. All throw ApiError. */
export class Kube {
  readonly #api: ApiClient;
  readonly #node: string;

  constructor(api: ApiClient, nodeName: string) {
    this.#api = api;
    this.#node = nodeName;
  }

  /** The list as bytes: an idle run only compares them. */
  listPods(): Promise<Buffer> {
    return this.#api.call({
      method: "GET",
      path: `/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${this.#node}`)}`,
    });
  }

  patchPodStatus({ namespace, name }: Pod["metadata"], patch: object): Promise<Buffer> {
    return this.#api.call({
      method: "PATCH",
      path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
      body: patch,
      contentType: STRATEGIC,
    });
  }

  /** Of exactly this pod: one of the same name that came later is not touched. */
  deletePod({ namespace, name, uid }: Pod["metadata"]): Promise<Buffer> {
    const body = { kind: "DeleteOptions", apiVersion: "v1", gracePeriodSeconds: 0, preconditions: { uid } };
    return this.#api.call({ method: "DELETE", path: `/api/v1/namespaces/${namespace}/pods/${name}`, body });
  }

  getNode(): Promise<Node | undefined> {
    return unlessMissing(this.#api.json<Node>({ method: "GET", path: `/api/v1/nodes/${this.#node}` }));
  }

  createNode(node: Node): Promise<Node> {
    return this.#api.json({ method: "POST", path: "/api/v1/nodes", body: { apiVersion: "v1", kind: "Node", ...node } });
  }

  patchNode(patch: object): Promise<Buffer> {
    return this.#api.call({
      method: "PATCH",
      path: `/api/v1/nodes/${this.#node}`,
      body: patch,
      contentType: STRATEGIC,
    });
  }

  patchNodeStatus(patch: object): Promise<Buffer> {
    return this.#api.call({
      method: "PATCH",
      path: `/api/v1/nodes/${this.#node}/status`,
      body: patch,
      contentType: STRATEGIC,
    });
  }

  /** False when there is no lease to renew. */
  async renewLease(patch: object): Promise<boolean> {
    const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${this.#node}`;
    return (
      (await unlessMissing(this.#api.call({ method: "PATCH", path, body: patch, contentType: MERGE }))) !== undefined
    );
  }

  createLease(lease: object): Promise<Buffer> {
    return this.#api.call({
      method: "POST",
      path: "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases",
      body: lease,
    });
  }

  async createToken({
    namespace,
    serviceAccount,
    audience,
    expirationSeconds,
    podName,
    podUID,
  }: TokenReference): Promise<string> {
    const boundObjectRef = { kind: "Pod", apiVersion: "v1", name: podName, uid: podUID };
    const body = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { audiences: audience ? [audience] : [], expirationSeconds, boundObjectRef },
    };
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
    const answer = await this.#api.json<{ status: { token: string } }>({ method: "POST", path, body });
    return answer.status.token;
  }

  async getConfigMap(namespace: string, name: string): Promise<Readonly<Record<string, string>>> {
    const answer = await this.#api.json<{ data?: Record<string, string> }>({
      method: "GET",
      path: `/api/v1/namespaces/${namespace}/configmaps/${name}`,
    });
    return answer.data ?? {};
  }

  async createPodEvent(event: PodEvent, now: Instant): Promise<void> {
    const { namespace, name, uid } = event.pod.metadata;
    const involvedObject = {
      apiVersion: "v1",
      kind: "Pod",
      namespace,
      name,
      uid,
      ...(event.fieldPath ? { fieldPath: event.fieldPath } : {}),
    };
    await this.#createEvent(namespace, name, uid, involvedObject, event, now);
  }

  async createNodeEvent(event: NodeEvent, now: Instant): Promise<void> {
    // As the kubelet has it, a Node's events carry its name as UID.
    const involvedObject = { apiVersion: "v1", kind: "Node", name: this.#node, uid: this.#node };
    await this.#createEvent("default", this.#node, this.#node, involvedObject, event, now);
  }

  /** The name comes from the words, so that the same event again raises a count, and the same occurrence again nothing. */
  async #createEvent(
    namespace: string,
    name: string,
    uid: string,
    involvedObject: object,
    event: Omit<PodEvent, "pod">,
    now: Instant,
  ): Promise<void> {
    const { type, reason, message, occurrence, fieldPath } = event;
    const eventName = `${name.slice(0, 200)}.${digest([uid, reason, message, fieldPath].join("\n"), 16)}`;
    const time = toTimestamp(now);
    const body = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: eventName, namespace, annotations: { [OCCURRENCE]: occurrence } },
      involvedObject,
      type,
      reason,
      message: message.slice(0, 1024),
      source: { component: "kubelet", host: this.#node },
      reportingComponent: "kubelet",
      reportingInstance: this.#node,
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    };
    try {
      await this.#api.call({ method: "POST", path: `/api/v1/namespaces/${namespace}/events`, body });
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
      await this.#countEvent(`/api/v1/namespaces/${namespace}/events/${eventName}`, occurrence, time);
    }
  }

  async #countEvent(path: string, occurrence: string, time: string): Promise<void> {
    const existing = await this.#api.json<{ count?: number; metadata: { annotations?: Record<string, string> } }>({
      method: "GET",
      path,
    });
    if (existing.metadata.annotations?.[OCCURRENCE] === occurrence) return;
    const body = {
      metadata: { annotations: { [OCCURRENCE]: occurrence } },
      count: (existing.count ?? 1) + 1,
      lastTimestamp: time,
    };
    await this.#api.call({ method: "PATCH", path, body, contentType: MERGE });
  }
}

async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
