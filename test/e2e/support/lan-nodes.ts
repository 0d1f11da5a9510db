import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import { pushKubeProxy } from "../../support/addon-images.ts";
import type { Node } from "../../support/node.ts";
import type { ImageNode } from "./image-node.ts";
import { account, kubeProxy, proxyConfig } from "./kube-proxy.ts";
import { type Container, pod, SLEEP, shell } from "./manifests.ts";

/** A node of a LAN, and the range of its pods, in which all addresses begin with `prefix`. */
export interface LanNode {
  readonly image: ImageNode;
  readonly prefix: string;
}

const LABEL = "unitlet.test/lan";

/** The controller of Nodes moves no pod in a zone in which most nodes have stopped, as those of earlier test files have. */
const ZONE = "topology.kubernetes.io/zone";

/**
 * Nodes on one LAN, which are a cluster for the pods of one test file: kube-proxy and Deployments run on them alone. All
 * pods are in the namespace of the first node.
 */
export class LanNodes {
  readonly first: Node;
  readonly nodes: readonly Node[];
  readonly selector: Readonly<Record<string, string>>;
  readonly #members: readonly LanNode[];

  private constructor(first: Node, members: readonly LanNode[]) {
    this.first = first;
    this.#members = members;
    this.nodes = members.map(({ image }) => image.node);
    this.selector = { [LABEL]: first.namespace };
  }

  /** Labels the nodes, and gives them ranges as the controller `nodeipam` does, which is off in the control plane. */
  static async of(first: LanNode, ...others: readonly LanNode[]): Promise<LanNodes> {
    const made = new LanNodes(first.image.node, [first, ...others]);
    const { cluster, namespace } = made.first;
    for (const { image, prefix } of [first, ...others]) {
      const range = `${prefix}0/24`;
      const patch = {
        metadata: { labels: { [LABEL]: namespace, [ZONE]: namespace } },
        spec: { podCIDR: range, podCIDRs: [range] },
      };
      await cluster.kubectl(["patch", "node", image.node.name, "--type=merge", `--patch=${JSON.stringify(patch)}`]);
    }
    return made;
  }

  /** Starts kube-proxy in the mode `nftables` on each node, in the namespace of the pods. */
  async startKubeProxy(): Promise<void> {
    const { cluster, namespace } = this.first;
    // All registries have the address of the loopback, so the name is the same.
    const [image = ""] = await Promise.all(this.#members.map((member) => pushKubeProxy(member.image.registry)));
    const roles = { binding: `${namespace}:node-proxier`, role: "system:node-proxier" };
    await cluster.apply(
      [
        ...account("kube-proxy", namespace, roles),
        proxyConfig(this.first, namespace, "nftables"),
        kubeProxy(namespace, image, this.selector),
      ],
      namespace,
    );
    await this.first.kubectl("rollout", "status", "daemonset/kube-proxy", "--timeout=200s");
  }

  /** Creates a pod on each node that does nothing. It has the name of its node. */
  async startClients(): Promise<void> {
    await this.first.apply(...this.nodes.map((node) => pod(node, node.name, SLEEP)));
    await Promise.all(this.nodes.map(({ name }) => this.first.until(name, isReady)));
  }

  /** Waits until the Deployment has all its pods, as many on each of these nodes. Returns their addresses, sorted. */
  async spread(deployment: string, ...nodes: readonly Node[]): Promise<readonly string[]> {
    const poll = async (): Promise<[boolean, readonly string[]]> => {
      const { spec } = (await this.first.cluster.get("deployment", deployment, this.first.namespace)) ?? {};
      const list = await this.first.kubectl("get", "pods", "-l", `app=${deployment}`, "-o", "json");
      const pods = (JSON.parse(list) as { items: V1Pod[] }).items.filter((each) => !each.metadata?.deletionTimestamp);
      const counts = nodes.map(({ name }) => pods.filter((each) => each.spec?.nodeName === name).length);
      const isSpread = counts.every((count) => count === (spec?.replicas ?? 0) / nodes.length);
      const isIn = (each: V1Pod) =>
        this.#members.some(
          ({ image, prefix }) => image.node.name === each.spec?.nodeName && each.status?.podIP?.startsWith(prefix),
        );
      const addresses = pods.map(({ status }) => status?.podIP ?? "").toSorted();
      return [isSpread && pods.every((each) => isReady(each) && isIn(each)), addresses];
    };
    const [, addresses] = await this.first.machine.until(poll, { what: `the pods of ${deployment}`, every: 500 });
    return addresses;
  }

  /** Waits until exactly these (sorted) are the answers to 30 requests of a pod. */
  async untilAnswers(from: string, url: string, expected: readonly string[]): Promise<void> {
    await this.untilEachAnswers(from, Array<string>(30).fill(url), expected);
  }

  /** Waits until exactly these (sorted) are the answers to one request of a pod to each URL. */
  async untilEachAnswers(from: string, urls: readonly string[], expected: readonly string[]): Promise<void> {
    const script = `for url in ${urls.join(" ")}; do curl -sS -m 10 $url || echo none; done`;
    const poll = async () => {
      const seen = [...new Set((await this.exec(from, script)).trim().split("\n"))].toSorted();
      return [seen.join() === expected.join(), seen];
    };
    await this.first.machine.until(poll, { what: `answers of ${expected.join(", ")} at ${urls[0]}` });
  }

  exec(from: string, script: string): Promise<string> {
    return this.first.kubectl("exec", from, "--", "sh", "-c", script);
  }

  /** Waits until a node is not ready because it has stopped. */
  async untilUnknown({ name, cluster }: Node): Promise<void> {
    const read = async () => {
      const found = await cluster.get("node", name);
      const condition = found?.status?.conditions?.find(({ type }) => type === "Ready");
      return [condition?.status === "Unknown", condition];
    };
    await this.first.machine.until(read, { what: `a Node ${name} with Ready Unknown` });
  }

  /** Waits until the scheduler may bind pods to a node again: its controller removes the taints a moment later. */
  async untilSchedulable({ name, cluster }: Node): Promise<void> {
    const read = async () => {
      const taints = (await cluster.get("node", name))?.spec?.taints ?? [];
      return [taints.length === 0, taints];
    };
    await this.first.machine.until(read, { what: `a Node ${name} without taints` });
  }
}

const isReady = (each: V1Pod | undefined) => each?.status?.containerStatuses?.every(({ ready }) => ready) && each;

/**
 * Returns a Deployment on the nodes of a LAN, spread over them. At `/ip` each of its pods answers with its address, and at
 * `/cgi-bin/from` with that of the client. Its pods leave a node at once that is not ready.
 */
export function servers(name: string, replicas: number, nodeSelector: Readonly<Record<string, string>>): V1Deployment {
  const script = `mkdir -p /tmp/cgi-bin; echo $POD_IP >/tmp/ip
    printf '#!/bin/sh\\necho; echo $REMOTE_ADDR | tr -d "[]" | sed "s/^::ffff://"\\n' >/tmp/cgi-bin/from
    chmod +x /tmp/cgi-bin/from
    exec busybox httpd -f -p 8080 -h /tmp`;
  const container: Container = shell(script, {
    env: [{ name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }],
    readinessProbe: { httpGet: { path: "/ip", port: 8080 }, periodSeconds: 1 },
  });
  const labels = { app: name };
  const gone = (reason: string) => ({
    key: `node.kubernetes.io/${reason}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 0,
  });
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      strategy: { type: "Recreate" },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 2,
          automountServiceAccountToken: false,
          nodeSelector,
          tolerations: [gone("not-ready"), gone("unreachable")],
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "kubernetes.io/hostname",
              whenUnsatisfiable: "DoNotSchedule",
              // Otherwise a node that is drained or not ready counts, and the pods wait for it.
              nodeTaintsPolicy: "Honor",
              labelSelector: { matchLabels: labels },
              matchLabelKeys: ["pod-template-hash"],
            },
          ],
          containers: [{ name: "main", image: "host", ...container }],
        },
      },
    },
  };
}
