import type { V1Service, V1ServiceSpec } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "../support/image-node.ts";
import { LanNodes, servers } from "../support/lan-nodes.ts";

const PREFIXES = ["10.87.1.", "10.87.2."] as const;

let lan: LanNodes;
let one: Node;
let two: Node;

beforeAll(async () => {
  await Cluster.up();
  const options = { lan: "nodes", servingCertificate: true, settings: { podNetwork: "bridge" } } as const;
  const [first, second] = await Promise.all([ImageNode.start("lan-one", options), ImageNode.start("lan-two", options)]);
  [one, two] = [first.node, second.node];
  lan = await LanNodes.of({ image: first, prefix: PREFIXES[0] }, { image: second, prefix: PREFIXES[1] });
  await addRoutes();
});

beforeAll(async () => {
  await lan.startKubeProxy();
  await one.apply(servers("web", 4, lan.selector), service("web", {}), service("outside", { type: "NodePort" }));
  await lan.startClients();
});

afterAll(() => Promise.all([one, two].map((node) => node[Symbol.asyncDispose]())));

/** Adds routes to the pods of the other node, as an administrator or a network add-on does. The next boot has none. */
async function addRoutes(): Promise<void> {
  await one.exec(`ip route replace ${PREFIXES[1]}0/24 via ${two.machine.address}`);
  await two.exec(`ip route replace ${PREFIXES[0]}0/24 via ${one.machine.address}`);
}

function service(name: string, spec: Partial<V1ServiceSpec>): object {
  const ports = [{ port: 80, targetPort: 8080 }];
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { selector: { app: "web" }, ports, ...spec } };
}

const specOf = async (name: string) =>
  ((await one.cluster.get("service", name, one.namespace)) as V1Service | undefined)?.spec;

const urlOf = async (name: string) => `http://${(await specOf(name))?.clusterIP}/ip`;

/** Waits until the pods of these nodes, and no others, answer pods of both nodes at the cluster IP. */
async function untilBalanced(nodes: readonly Node[], clients: readonly Node[] = [one, two]): Promise<void> {
  const pods = await lan.spread("web", ...nodes);
  for (const { name } of clients) await lan.untilAnswers(name, await urlOf("web"), pods);
}

test("pods of a Deployment are on both nodes, with addresses of their nodes, at which pods of both nodes reach them", async () => {
  const pods = await lan.spread("web", one, two);
  const urls = pods.map((address) => `http://${address}:8080/ip`);
  for (const { name } of [one, two]) await lan.untilEachAnswers(name, urls, pods);
});

test("a Service leads pods of either node to the pods of both", async () => {
  await untilBalanced([one, two]);
});

test("a connection to a pod of the other node has the address of the client's node", async () => {
  const other = (await lan.spread("web", one, two)).find((address) => address.startsWith(PREFIXES[1]));
  await lan.untilEachAnswers(one.name, [`http://${other}:8080/cgi-bin/from`], [one.machine.address]);
});

test("a NodePort of either node leads to the pods of both", async () => {
  const pods = await lan.spread("web", one, two);
  const port = (await specOf("outside"))?.ports?.[0]?.nodePort;
  for (const { machine } of [one, two]) await lan.untilAnswers(one.name, `http://${machine.address}:${port}/ip`, pods);
});

/** Replaces the pods, since none moves to a node that comes back. */
async function untilFitsIn(node: Node): Promise<void> {
  await lan.untilSchedulable(node);
  await one.kubectl("rollout", "restart", "deployment/web");
  await untilBalanced([one, two]);
}

test("a node that reboots has its pod again with its address, and fits in", async () => {
  const before = await one.get(two.name);
  await two.machine.reboot();
  await addRoutes();
  const address = await one.until(two.name, ({ status } = {}) => {
    const [main] = status?.containerStatuses ?? [];
    return main?.ready && main.restartCount > 0 && status?.podIP;
  });
  expect(address).toBe(before?.status?.podIP);
  await untilFitsIn(two);
});

test("pods move from a node that is drained, and come to it when it is uncordoned", async () => {
  await one.kubectl("drain", two.name, "--ignore-daemonsets", "--pod-selector=app=web", "--timeout=200s");
  await untilBalanced([one]);
  await one.kubectl("uncordon", two.name);
  await untilFitsIn(two);
});

test("pods move from a node that has stopped, and a Service leads to them; once the node runs, it fits in", async () => {
  await two.machine.kill();
  await lan.untilUnknown(two);
  await untilBalanced([one], [one]);
  await two.machine.crash();
  await addRoutes();
  await untilFitsIn(two);
});

test("a node that comes back stops the pods that have moved meanwhile", async () => {
  const pods = await lan.spread("web", one, two);
  const own = pods.filter((address) => address.startsWith(PREFIXES[1])).length;
  const count = async () => {
    const { stdout } = await two.exec(
      "systemctl list-units --plain --no-legend 'unitlet.*.web-*.main.service' | wc -l",
    );
    return [Number(stdout) === own, stdout];
  };
  await two.machine.until(count, { what: `${own} units of web` });
});
