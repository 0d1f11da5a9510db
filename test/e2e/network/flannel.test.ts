import type { V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import type { Node } from "../../support/node.ts";
import { changeBackend, startFlannel } from "../support/flannel.ts";
import { ImageNode } from "../support/image-node.ts";
import { LanNodes, servers } from "../support/lan-nodes.ts";
import { openPolicy } from "../support/open-policy.ts";

const PREFIXES = ["10.88.1.", "10.88.2."] as const;

let lan: LanNodes;
let one: Node;
let two: Node;

beforeAll(async () => {
  await Cluster.up();
  const options = {
    lan: "flannel",
    servingCertificate: true,
    settings: { podNetwork: "cni" },
    strictPolicy: true,
  } as const;
  const [first, second] = await Promise.all([
    ImageNode.start("flannel-one", options),
    ImageNode.start("flannel-two", options),
  ]);
  [one, two] = [first.node, second.node];
  lan = await LanNodes.of({ image: first, prefix: PREFIXES[0] }, { image: second, prefix: PREFIXES[1] });
  // flannel reaches the API server at its cluster IP.
  await lan.startKubeProxy();
  await startFlannel(lan, [first, second], "host-gw");
});

beforeAll(async () => {
  // flannel and kube-proxy need no other policy than the default.
  await one.kubectl("rollout", "status", "daemonset/kube-flannel-ds", "--timeout=200s");
  await Promise.all([one, two].map(openPolicy));
  const port = { port: 80, targetPort: 8080 };
  const web = { apiVersion: "v1", kind: "Service", metadata: { name: "web" } };
  await one.apply({ ...web, spec: { selector: { app: "web" }, ports: [port] } });
  await Promise.all([one, two].map((node) => lan.untilSchedulable(node)));
  await one.apply(servers("web", 4, lan.selector));
  await lan.startClients();
});

afterAll(() => Promise.all([one, two].map((node) => node[Symbol.asyncDispose]())));

const addressOf = async (name: string) => String((await one.get(name))?.status?.podIP);

/** Waits until pods of both nodes reach the pods of both, which see the address of the client, also by the Service. */
async function untilConnected(): Promise<void> {
  const pods = await lan.spread("web", one, two);
  for (const { name } of [one, two]) {
    const urls = pods.map((address) => `http://${address}:8080/cgi-bin/from`);
    await lan.untilEachAnswers(name, urls, [await addressOf(name)]);
    await lan.untilAnswers(name, "http://$WEB_SERVICE_HOST/ip", pods);
  }
}

test("the nodes are ready once flannel has brought the network, and keep the condition that it sets", async () => {
  for (const { name } of [one, two]) {
    const { status } = (await one.cluster.get("node", name)) ?? {};
    const found = status?.conditions?.map(({ type, status: value, reason }) => [type, value, reason]);
    expect(found).toContainEqual(["Ready", "True", "KubeletReady"]);
    expect(found).toContainEqual(["NetworkUnavailable", "False", "FlannelIsUp"]);
  }
});

describe.for([
  ["host-gw", "eth0"],
  ["vxlan", "flannel.1"],
] as const)("with the back end %s", ([backend, link]) => {
  beforeAll(async () => {
    if (backend !== "host-gw") await changeBackend(lan, backend);
    const routes = async () => {
      const { stdout } = await one.exec(`ip route show ${PREFIXES[1]}0/24`);
      return [stdout.includes(`dev ${link}`), stdout];
    };
    await one.machine.until(routes, { what: "the route to the pods of the other node" });
  });

  test("pods of both nodes reach each other, with their own addresses, and by a Service", async () => {
    await untilConnected();
  });

  test("a node that was killed has its pods again with an address, and fits in", async () => {
    const restarts = ({ status }: V1Pod = {}) => status?.containerStatuses?.[0]?.restartCount ?? 0;
    const before = restarts(await one.get(two.name));
    await two.machine.crash();
    await one.until(two.name, (each) => restarts(each) > before && each?.status?.containerStatuses?.[0]?.ready);
    await lan.untilSchedulable(two);
    await one.kubectl("rollout", "restart", "deployment/web");
    await untilConnected();
  });
});

test("pods that are deleted leave no address, and nothing of flannel", async () => {
  await one.kubectl("delete", "deployment/web", "--cascade=foreground");
  await one.kubectl("delete", "pod", one.name, two.name);
  const held =
    "ls /var/lib/cni/networks/cbr0 | grep '^[0-9]'; ls -A /var/lib/cni/flannel; ls -A /var/lib/cni/results; true";
  for (const node of [one, two]) {
    const left = async () => (await node.exec(held)).stdout;
    await node.machine.until(async () => [(await left()) === "", await left()], { what: `nothing on ${node.name}` });
  }
});
