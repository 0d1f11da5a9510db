import type { V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "../support/image-node.ts";
import { startKubeRouter } from "../support/kube-router.ts";
import { LanNodes, servers } from "../support/lan-nodes.ts";
import { openPolicy } from "../support/open-policy.ts";

const PREFIXES = ["10.89.1.", "10.89.2."] as const;

let lan: LanNodes;
let one: Node;
let two: Node;

beforeAll(async () => {
  await Cluster.up();
  const options = {
    lan: "kube-router",
    servingCertificate: true,
    settings: { podNetwork: "cni" },
    strictPolicy: true,
  } as const;
  const [first, second] = await Promise.all([
    ImageNode.start("router-one", options),
    ImageNode.start("router-two", options),
  ]);
  [one, two] = [first.node, second.node];
  lan = await LanNodes.of({ image: first, prefix: PREFIXES[0] }, { image: second, prefix: PREFIXES[1] });
  // kube-router reaches the API server at its cluster IP.
  await lan.startKubeProxy();
  await startKubeRouter(lan, [first, second]);
});

beforeAll(async () => {
  // kube-router and kube-proxy need no other policy than the default.
  await one.kubectl("rollout", "status", "daemonset/kube-router", "--timeout=200s");
  await Promise.all([one, two].map(openPolicy));
  const port = { port: 80, targetPort: 8080 };
  const web = { apiVersion: "v1", kind: "Service", metadata: { name: "web" } };
  await one.apply({ ...web, spec: { selector: { app: "web" }, ports: [port] } });
  await Promise.all([one, two].map((node) => lan.untilSchedulable(node)));
  await one.apply(servers("web", 4, lan.selector));
  await lan.startClients();
});

afterAll(() => Promise.all([one, two].map((node) => node[Symbol.asyncDispose]())));

/** Applies a policy for the packets to the pods of the Service. */
async function restrict(name: string, spec: object): Promise<void> {
  const podSelector = { matchLabels: { app: "web" } };
  const policy = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name } };
  await one.apply({ ...policy, spec: { podSelector, policyTypes: ["Ingress"], ...spec } });
}

/** Waits until a pod reaches the pods of both nodes, which see its address, also by the Service. */
async function untilReached({ name }: Node): Promise<void> {
  const pods = await lan.spread("web", one, two);
  const address = String((await one.get(name))?.status?.podIP);
  await lan.untilEachAnswers(name, urlsOf(pods), [address]);
  await lan.untilAnswers(name, "http://$WEB_SERVICE_HOST/ip", pods);
}

/** Waits until a pod reaches none of the pods, neither at their addresses nor by the Service. */
async function untilRefused({ name }: Node): Promise<void> {
  const pods = await lan.spread("web", one, two);
  await lan.untilEachAnswers(name, [...urlsOf(pods), "http://$WEB_SERVICE_HOST/ip"], ["none"]);
}

const urlsOf = (pods: readonly string[]) => pods.map((address) => `http://${address}:8080/cgi-bin/from`);

test("pods of both nodes reach each other, with their own addresses, and by a Service", async () => {
  for (const node of [one, two]) await untilReached(node);
});

test("a policy without rules keeps all pods out", async () => {
  await restrict("nobody", {});
  for (const node of [one, two]) await untilRefused(node);
});

test("a policy lets a pod of either node in by its label, and no other", async () => {
  await restrict("friends", { ingress: [{ from: [{ podSelector: { matchLabels: { friend: "yes" } } }] }] });
  await one.kubectl("label", "pod", one.name, "friend=yes");
  await untilReached(one);
  await untilRefused(two);
});

test("a node that was killed fits in again, with the policies, which let in the probes of each node", async () => {
  const restarts = ({ status }: V1Pod = {}) => status?.containerStatuses?.[0]?.restartCount ?? 0;
  const before = restarts(await one.get(two.name));
  await two.machine.crash();
  await one.until(two.name, (each) => restarts(each) > before && each?.status?.containerStatuses?.[0]?.ready);
  await lan.untilSchedulable(two);
  // The new pods get ready, so probes reach them.
  await one.kubectl("rollout", "restart", "deployment/web");
  await untilReached(one);
  await untilRefused(two);
});

test("without the policies all pods reach each other again", async () => {
  await one.kubectl("delete", "networkpolicy", "--all");
  for (const node of [one, two]) await untilReached(node);
});
