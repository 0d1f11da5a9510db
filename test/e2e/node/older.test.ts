import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { installServingCertificate } from "../support/kubelet-client.ts";
import { pod, shell } from "../support/manifests.ts";

/** What a cluster of two years ago asks of a node. Everything else is tested against the newest only. */
let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up({ older: true }), "older", { timerInterval: "1s" });
  await installServingCertificate(node);
  await node.run(pod(node, "pod", shell("echo said; exec sleep infinity")));
  await node.container("pod", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

test("the API server is that old", async () => {
  const { serverVersion } = JSON.parse(await node.kubectl("version", "--output=json"));
  expect(`${serverVersion.major}.${serverVersion.minor}`).toBe("1.32");
});

test("the node is Ready, and none of its status was refused", async () => {
  const conditions = (await node.cluster.get("node", node.name))?.status?.conditions ?? [];
  const held = conditions.filter(({ status }) => status === "True").map(({ type }) => type);
  expect(held).toEqual(["ProcessesFenced", "ImageToolsReady", "PackagesReady", "Ready"]);
  expect(await node.journal()).not.toMatch(/cannot .* 4\d\d /);
});

test("the end of a pod is reported", async () => {
  await node.run(pod(node, "ends", shell("exit 3"), { restartPolicy: "Never" }));
  const status = await node.until("ends", (seen) => seen?.status?.phase === "Failed" && seen.status);
  expect(status.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 3, reason: "Error" });
});

test("logs", async () => {
  await node.machine.until(async () => (await node.kubectl("logs", "pod")) === "said\n", { what: "its log" });
});

test("a command", async () => {
  expect(await node.kubectl("exec", "pod", "--", "echo", "out")).toBe("out\n");
  await expect(node.kubectl("exec", "pod", "--", "sh", "-c", "exit 3")).rejects.toThrow("exit code 3");
});

test("declared features, which that API server does not know, are not sent again by every run", async () => {
  const version = async () => (await node.cluster.get("node", node.name))?.metadata?.resourceVersion;
  const before = await version();
  for (let run = 0; run < 3; run += 1) await node.syncWithoutCache();
  expect(await version()).toBe(before);
});

test("a pod that is deleted goes", async () => {
  await node.run(pod(node, "goes", shell("exec sleep infinity")));
  await node.container("goes", ({ ready }) => ready);
  await node.kubectl("delete", "pod", "goes");
  expect(await node.get("goes")).toBeUndefined();
});
