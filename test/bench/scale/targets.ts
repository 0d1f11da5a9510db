/** A request of a simulated node, as vegeta reads it: a line of JSON. */
export interface Target {
  readonly method: string;
  readonly url: string;
  readonly header: Readonly<Record<string, readonly string[]>>;
  /** In base64. */
  readonly body?: string;
}

/** A request that nodes repeat. `at` makes each body another one, because the API server stores no PATCH that changes nothing. */
interface Repeated {
  readonly perMinute: number;
  request(node: string, at: number): Request;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly type?: string;
}

/** The watches that a node keeps open. */
interface Watch {
  /** True when it has a connection of its own; the others share connections by HTTP/2. */
  readonly alone: boolean;
  path(node: string): string;
}

/** The requests of one quiet agent. */
export interface Agent {
  readonly name: string;
  /** Each on a connection of its own. */
  readonly fresh: readonly Repeated[];
  /** On connections that are open already. */
  readonly kept: readonly Repeated[];
  readonly watches: readonly Watch[];
}

/** The namespace of the pods of simulated nodes. */
export const NAMESPACE = "scale";
const ONE = (node: string) => `fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`;
export const listPath = (node: string) => `/api/v1/pods?${ONE(node)}`;

/** Times between 2026 and the end of the century, each of them once. */
const timeOf = (at: number) => new Date(Date.UTC(2026, 0) + at * 1000).toISOString();

const lease: Repeated["request"] = (node, at) => ({
  method: "PATCH",
  path: `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node}`,
  type: "application/merge-patch+json",
  body: {
    spec: { holderIdentity: node, leaseDurationSeconds: 40, renewTime: timeOf(at).replace("Z", "000Z") },
  },
});
const list: Repeated["request"] = (node) => ({ method: "GET", path: listPath(node) });
const readNode: Repeated["request"] = (node) => ({ method: "GET", path: `/api/v1/nodes/${node}` });
const nodeStatus: Repeated["request"] = (node, at) => ({
  method: "PATCH",
  path: `/api/v1/nodes/${node}/status`,
  type: "application/strategic-merge-patch+json",
  body: {
    status: { conditions: [{ type: "Ready", status: "True", lastHeartbeatTime: timeOf(at).slice(0, 19).concat("Z") }] },
  },
});

const watched = (resource: string, more = "") =>
  `${resource}?watch=1&allowWatchBookmarks=true&timeoutSeconds=3600${more}`;
const ofPods: Watch = { alone: true, path: (node) => watched("/api/v1/pods", `&${ONE(node)}`) };
const shared = (path: Watch["path"]): Watch => ({ alone: false, path });

/** A node without the watch: twelve ticks a minute list the pods, every second one also renews the lease. */
const timer: Agent = {
  name: "unitlet, timer alone",
  fresh: [{ perMinute: 12, request: list }],
  kept: [
    { perMinute: 6, request: lease },
    { perMinute: 1, request: readNode },
    { perMinute: 0.2, request: nodeStatus },
  ],
  watches: [],
};

/** A node with the watch: six ticks a minute renew the lease, and one run a minute lists the pods. */
const watch: Agent = {
  name: "unitlet, watch = yes",
  fresh: [{ perMinute: 6, request: lease }],
  kept: [
    { perMinute: 1, request: list },
    { perMinute: 1, request: readNode },
    { perMinute: 0.2, request: nodeStatus },
  ],
  watches: [ofPods],
};

/**
 * A kubelet of 1.36 with its defaults: `nodeLeaseRenewIntervalFraction` of 40 s, `nodeStatusReportFrequency` of 5 min, and the
 * watches of pods, Services, its Node, CSIDrivers, RuntimeClasses, and one ConfigMap that all its pods mount
 * (`kubelet/kubelet.go: NewMainKubelet`, `kubelet/volume_host.go`, `kubelet/runtimeclass`, `kubelet/util/manager`).
 */
const kubelet: Agent = {
  name: "kubelet",
  fresh: [],
  kept: [
    { perMinute: 6, request: lease },
    { perMinute: 0.2, request: nodeStatus },
  ],
  watches: [
    ofPods,
    shared(() => watched("/api/v1/services")),
    shared((node) => watched("/api/v1/nodes", `&fieldSelector=metadata.name%3D${node}`)),
    shared(() => watched("/apis/storage.k8s.io/v1/csidrivers")),
    shared(() => watched("/apis/node.k8s.io/v1/runtimeclasses")),
    shared(() =>
      watched(`/api/v1/namespaces/${NAMESPACE}/configmaps`, "&fieldSelector=metadata.name%3Dkube-root-ca.crt"),
    ),
  ],
};

export const AGENTS: readonly Agent[] = [timer, watch, kubelet];

/** The nodes in their order, over and over; each request comes as often as it does in a minute. */
export function repeatedTargets(
  server: string,
  nodes: readonly string[],
  {
    requests,
    seconds,
    from,
  }: { readonly requests: readonly Repeated[]; readonly seconds: number; readonly from: number },
): readonly Target[] {
  const all = requests.flatMap(({ perMinute, request }) => {
    const count = Math.round((nodes.length * perMinute * seconds) / 60);
    return Array.from({ length: count }, (_, at) => {
      const node = nodes[at % nodes.length] ?? "";
      return { when: (at + 0.5) / count, target: targetOf(server, node, request(node, from + at)) };
    });
  });
  return all.toSorted((a, b) => a.when - b.when).map(({ target }) => target);
}

export function watchTargets(server: string, nodes: readonly string[], watches: readonly Watch[]): readonly Target[] {
  return watches.flatMap(({ path }) =>
    nodes.map((node) => targetOf(server, node, { method: "GET", path: path(node) })),
  );
}

/** The client is the administrator, who acts as the node: the API server authorizes the node's rights. */
export function targetOf(server: string, node: string, { method, path, body, type }: Request): Target {
  return {
    method,
    url: `${server}${path}`,
    header: {
      "Impersonate-User": [`system:node:${node}`],
      "Impersonate-Group": ["system:nodes"],
      Accept: ["application/json"],
      "Accept-Encoding": ["gzip"],
      ...(type && { "Content-Type": [type] }),
    },
    ...(body && { body: Buffer.from(JSON.stringify(body)).toString("base64") }),
  };
}
