import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";

let proxy: FaultProxy;
let node: Node;

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  node = await Node.join(cluster, "node-51", { proxy, settings: { staticPods: "yes" } });
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

async function isActive(name: string): Promise<boolean> {
  return (await node.exec(`systemctl is-active ${node.unit(name)} || true`)).stdout === "active\n";
}

test("without the API server a new static pod starts, and kubectl shows it later", async () => {
  proxy.on(() => ({ reset: true }));
  const spec = { containers: [{ name: "main", command: ["sleep", "infinity"] }] };
  const manifest = { apiVersion: "v1", kind: "Pod", metadata: { name: "alone", namespace: node.namespace }, spec };
  await node.machine.write("/etc/unitlet/manifests/alone.yaml", JSON.stringify(manifest), 0o600);
  await node.machine.until(() => isActive("alone-node-51"), { what: "the unit" });
  proxy.clear();
  const ready = await node.container("alone-node-51", (status) => status.ready);
  expect(ready.restartCount).toBe(0);
});

test("after a boot without the API server it runs again", async () => {
  proxy.on(() => ({ reset: true }));
  await node.machine.reboot();
  await node.machine.until(() => isActive("alone-node-51"), { what: "the unit" });
  proxy.clear();
  const status = await node.container("alone-node-51", ({ ready, restartCount }) => ready && restartCount > 0);
  expect(status.restartCount).toBe(1);
});
