import type { V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { installServingCertificate } from "../support/kubelet-client.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  // The strict policy has no namespace that may run pods on the host's files.
  node = await Node.join(await Cluster.up(), "statics", { strictPolicy: true, settings: { staticPods: "yes" } });
  await installServingCertificate(node);
});

afterAll(() => node[Symbol.asyncDispose]());

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
  const shown = await node.until("web-statics", isReady);
  const [owner] = shown.metadata?.ownerReferences ?? [];
  expect([owner?.kind, owner?.name, shown.metadata?.annotations?.["kubernetes.io/config.source"]]).toEqual([
    "Node",
    "statics",
    "file",
  ]);
  expect(await node.kubectl("logs", "web-statics")).toBe("hello\n");
  expect(await node.kubectl("exec", "web-statics", "--", "echo", "inside")).toBe("inside\n");
});

test("a mirror pod that is deleted comes back, and the container goes on", async () => {
  const before = await node.invocation("web-statics");
  const uid = (await node.get("web-statics"))?.metadata?.uid;
  await node.kubectl("delete", "pod", "web-statics", "--wait=false");
  await node.until("web-statics", (found) => isReady(found) && found?.metadata?.uid !== uid);
  expect(await node.invocation("web-statics")).toBe(before);
});

test("a changed manifest is another pod of the same name", async () => {
  const before = await node.invocation("web-statics");
  await put("web", ["sh", "-c", "echo second; exec sleep infinity"]);
  await node.machine.until(async () => (await node.log("web-statics")).includes("second"), { what: "its output" });
  expect(await node.invocation("web-statics")).not.toBe(before);
});

test("no pod of the API server takes the name of a static pod", async () => {
  await put("taken", ["sleep", "infinity"]);
  await node.until("taken-statics", isReady);
  const before = await node.invocation("taken-statics");
  await node.kubectl("delete", "pod", "taken-statics", "--wait=false", "--grace-period=0", "--force");
  // The mirror pod may be back before; then the API server refuses the other one.
  await node.apply(pod(node, "taken-statics", SLEEP)).catch(() => undefined);
  await node.sync();
  expect(await node.invocation("taken-statics")).toBe(before);
});

test("no annotation of a tenant makes a static pod", async () => {
  const annotations = { "kubernetes.io/config.source": "file", "kubernetes.io/config.hash": "1" };
  await node.run({ ...pod(node, "forged", SLEEP), metadata: { name: "forged", annotations } });
  expect(await node.until("forged", (found) => found?.status?.reason)).toBe("HostAccessForbidden");
});

test("a mirror pod of no static pod is removed", async () => {
  const annotations = { "kubernetes.io/config.mirror": "1" };
  await node.run({ ...pod(node, "orphan", SLEEP), metadata: { name: "orphan", annotations } });
  await node.until("orphan", (found) => found === undefined);
});

test("a manifest that refers to the API server is told, and the others go on", async () => {
  await put("secret", ["sleep", "infinity"], { volumes: [{ name: "a", secret: { secretName: "a" } }] });
  const journal = () => node.journal().then((log) => log.includes("spec.volumes[0].secret: a static pod cannot refer"));
  await node.machine.until(journal, { what: "the problem" });
  expect(await node.show("taken-statics", "ActiveState")).toBe("active");
  await remove("secret");
});

test("a removed manifest ends its pod", async () => {
  await remove("web");
  await node.until("web-statics", (found) => found === undefined);
  expect((await node.exec(`ls /etc/systemd/system | grep -c web-statics || true`)).stdout).toBe("0\n");
});
