import type { V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let proxy: FaultProxy;
let node: Node;

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  // The strict policy has no namespace that may run pods on the host's files.
  node = await Node.join(cluster, "node-51", { proxy, strictPolicy: true, settings: { staticPods: "yes" } });
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

/** Writes the manifest of a pod with the container main, as an administrator does. */
async function put(name: string, command: readonly string[], more: object = {}): Promise<void> {
  const spec = { terminationGracePeriodSeconds: 2, ...more, containers: [{ name: "main", command }] };
  const manifest = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: node.namespace }, spec };
  await node.machine.write(`/etc/unitlet/manifests/${name}.yaml`, JSON.stringify(manifest), 0o600);
}

const remove = (name: string) => node.exec(["rm", `/etc/unitlet/manifests/${name}.yaml`]);
const isReady = (found: V1Pod | undefined) => found?.status?.containerStatuses?.[0]?.ready && found;

test("kubectl shows a static pod, its output, and runs commands in it", async () => {
  await put("web", ["sh", "-c", "echo hello; exec sleep infinity"]);
  const shown = await node.until("web-node-51", isReady);
  const [owner] = shown.metadata?.ownerReferences ?? [];
  expect([owner?.kind, owner?.name, shown.metadata?.annotations?.["kubernetes.io/config.source"]]).toEqual([
    "Node",
    "node-51",
    "file",
  ]);
  expect(await node.kubectl("logs", "web-node-51")).toBe("hello\n");
  expect(await node.kubectl("exec", "web-node-51", "--", "echo", "inside")).toBe("inside\n");
});

test("a mirror pod that is deleted comes back, and the container goes on", async () => {
  const before = await node.invocation("web-node-51");
  const uid = (await node.get("web-node-51"))?.metadata?.uid;
  await node.kubectl("delete", "pod", "web-node-51", "--wait=false");
  await node.until("web-node-51", (found) => isReady(found) && found?.metadata?.uid !== uid);
  expect(await node.invocation("web-node-51")).toBe(before);
});

test("a changed manifest is another pod of the same name", async () => {
  const before = await node.invocation("web-node-51");
  await put("web", ["sh", "-c", "echo second; exec sleep infinity"]);
  await node.until("web-node-51", () => node.log("web-node-51").then((log) => log.includes("second")), {});
  await node.until("web-node-51", isReady);
  expect(await node.invocation("web-node-51")).not.toBe(before);
});

test("no pod of the API server takes the name of a static pod", async () => {
  await put("taken", ["sleep", "infinity"]);
  await node.until("taken-node-51", isReady);
  const before = await node.invocation("taken-node-51");
  await node.kubectl("delete", "pod", "taken-node-51", "--wait=false", "--grace-period=0", "--force");
  // The mirror pod may be back before; then the API server refuses the other one.
  await node.apply(pod(node, "taken-node-51", SLEEP)).catch(() => undefined);
  await node.sync();
  expect(await node.invocation("taken-node-51")).toBe(before);
});

test("no annotation of a tenant makes a static pod", async () => {
  const annotations = { "kubernetes.io/config.source": "file", "kubernetes.io/config.hash": "1" };
  await node.run({ ...pod(node, "forged", SLEEP), metadata: { name: "forged", annotations } });
  const reason = await node.until(
    "forged",
    ({ status } = {}) => status?.containerStatuses?.[0]?.state?.waiting?.reason,
  );
  expect(reason).toBe("CreateContainerConfigError");
});

test("a mirror pod of no static pod is removed", async () => {
  const annotations = { "kubernetes.io/config.mirror": "1" };
  await node.run({ ...pod(node, "orphan", SLEEP), metadata: { name: "orphan", annotations } });
  await node.until("orphan", (found) => found === undefined);
});

test("without the API server a new static pod starts, and kubectl shows it later", async () => {
  proxy.on(() => ({ reset: true }));
  await put("alone", ["sleep", "infinity"]);
  const unit = node.unit("alone-node-51");
  const runs = async () => (await node.exec(`systemctl is-active ${unit} || true`)).stdout === "active\n";
  await node.machine.until(runs, { what: unit });
  proxy.clear();
  await node.until("alone-node-51", isReady);
});

test("a manifest that refers to the API server is told, and the others go on", async () => {
  await put("secret", ["sleep", "infinity"], { volumes: [{ name: "a", secret: { secretName: "a" } }] });
  const journal = () => node.journal().then((log) => log.includes("spec.volumes[0].secret: a static pod cannot refer"));
  await node.machine.until(journal, { what: "the problem" });
  expect(await node.show("alone-node-51", "ActiveState")).toBe("active");
  await remove("secret");
});

test("a removed manifest ends its pod", async () => {
  await remove("alone");
  await node.until("alone-node-51", (found) => found === undefined);
  expect((await node.exec(`ls /etc/systemd/system | grep -c alone-node-51 || true`)).stdout).toBe("0\n");
});
