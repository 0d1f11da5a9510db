import type { V1Container } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { cpuLimit, cpuShare, memoryLimit } from "../support/cgroup-files.ts";
import { pod, SLEEP } from "../support/manifests.ts";
import { isReady, waitForPods } from "../support/wait-for-pods.ts";

let node: Node;

const SMALL = { limits: { cpu: "100m", memory: "64Mi" }, requests: { cpu: "50m", memory: "32Mi" } };

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "resize");
  // Leaves less than one core, however many there are.
  const held = `${Number((await node.exec("nproc")).stdout) * 1000 - 600}m`;
  const resizePolicy = [{ resourceName: "memory", restartPolicy: "RestartContainer" }];
  await node.run(
    pod(node, "grows", { ...SLEEP, resources: SMALL }),
    pod(node, "restarts", { ...SLEEP, resources: SMALL, resizePolicy }),
    pod(node, "waits", { ...SLEEP, resources: SMALL }),
    pod(node, "holder", { ...SLEEP, resources: { requests: { cpu: held } } }),
    pod(node, "whole", SLEEP, { resources: { limits: { cpu: "200m", memory: "64Mi" } } } as object),
  );
  await waitForPods(node, ["grows", "restarts", "waits", "whole"], isReady);
});

afterAll(() => node[Symbol.asyncDispose]());

async function resize(name: string, resources: V1Container["resources"]): Promise<void> {
  const patch = { spec: { containers: [{ name: "main", resources }] } };
  await node.kubectl("patch", "pod", name, "--subresource=resize", "--patch", JSON.stringify(patch));
  await node.sync();
}

test("resources change in place", async () => {
  const before = await node.container("grows", ({ ready }) => ready);
  const wanted = { limits: { cpu: "200m", memory: "128Mi" }, requests: { cpu: "60m", memory: "48Mi" } };
  await resize("grows", wanted);
  const after = await node.container("grows", ({ resources }) => resources?.limits?.cpu === "200m");
  expect(after).toMatchObject({ containerID: before.containerID, restartCount: 0, resources: wanted });
  expect(after.allocatedResources).toEqual(wanted.requests);
  const group = await node.show("grows", "ControlGroup");
  expect(await memoryLimit(node, group)).toBe(128 * 2 ** 20);
  expect(await cpuLimit(node, group)).toBe(0.2);
  // The kubelet's weight on cgroup v2, and its shares on v1.
  expect([12, 61]).toContain(await cpuShare(node, group));
  await node.until("grows", ({ status } = {}) =>
    status?.conditions?.every(({ type }) => type !== "PodResizeInProgress"),
  );
});

test("limits that were changed in the cgroup are put back", async () => {
  const group = await node.show("grows", "ControlGroup");
  await node.exec(
    `cd /sys/fs/cgroup; echo 100M >memory${group}/memory.limit_in_bytes || echo 100M >.${group}/memory.max`,
  );
  await node.syncWithoutCache();
  await node.machine.until(async () => (await memoryLimit(node, group)) === 128 * 2 ** 20, { what: "the old limit" });
});

test("a container that wants to be started again for it is", async () => {
  const before = await node.container("restarts", ({ ready }) => ready);
  await resize("restarts", { limits: { cpu: "100m", memory: "128Mi" } });
  const after = await node.container(
    "restarts",
    ({ ready, containerID }) => ready && containerID !== before.containerID,
  );
  expect(after.resources?.limits?.memory).toBe("128Mi");
});

test("what others have is given when they are gone, and until then the pod says that it waits", async () => {
  const pending = (each: Awaited<ReturnType<typeof node.get>>) =>
    each?.status?.conditions?.find(({ type }) => type === "PodResizePending");
  await resize("waits", { limits: { cpu: "500m" }, requests: { cpu: "500m" } });
  expect(await node.until("waits", pending)).toMatchObject({ status: "True", reason: "Deferred" });
  const group = await node.show("waits", "ControlGroup");
  expect(await cpuLimit(node, group)).toBe(0.1);
  await node.kubectl("delete", "pod", "holder", "--wait=false");
  await node.sync();
  await node.until("waits", (each) => each !== undefined && pending(each) === undefined);
  await node.machine.until(async () => (await cpuLimit(node, group)) === 0.5, { what: "its CPU" });
});

test("what a pod asks for as a whole is its slice's", async () => {
  const slice = await node.show("whole", "Slice");
  const group = (await node.exec(["systemctl", "show", "--value", "--property=ControlGroup", slice])).stdout.trim();
  expect(await memoryLimit(node, group)).toBe(64 * 2 ** 20);
  expect(await cpuLimit(node, group)).toBe(0.2);
});
