import type { V1Container } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";
import { pod, SLEEP } from "./manifests.ts";

let node: Node;

const SMALL = { limits: { cpu: "100m", memory: "64Mi" }, requests: { cpu: "50m", memory: "32Mi" } };

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "resize");
  const resizePolicy = [{ resourceName: "memory", restartPolicy: "RestartContainer" }];
  await node.run(
    pod(node, "grows", { ...SLEEP, resources: SMALL }),
    pod(node, "restarts", { ...SLEEP, resources: SMALL, resizePolicy }),
    pod(node, "too-much", { ...SLEEP, resources: SMALL }),
    pod(node, "whole", SLEEP, { resources: { limits: { cpu: "200m", memory: "64Mi" } } } as object),
  );
  for (const name of ["grows", "restarts", "too-much", "whole"]) await node.container(name, ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

async function resize(name: string, resources: V1Container["resources"]): Promise<void> {
  const patch = { spec: { containers: [{ name: "main", resources }] } };
  await node.kubectl("patch", "pod", name, "--subresource=resize", "--patch", JSON.stringify(patch));
  await node.sync();
}

test("resources change in place", async () => {
  const before = await node.container("grows", ({ ready }) => ready);
  const wanted = { limits: { cpu: "200m", memory: "128Mi" }, requests: { cpu: "50m", memory: "48Mi" } };
  await resize("grows", wanted);
  const after = await node.container("grows", ({ resources }) => resources?.limits?.cpu === "200m");
  expect(after).toMatchObject({ containerID: before.containerID, restartCount: 0, resources: wanted });
  expect(after.allocatedResources).toEqual(wanted.requests);
  expect(await node.show("grows", "MemoryMax")).toBe(String(128 * 2 ** 20));
  expect(await node.show("grows", "CPUQuotaPerSecUSec")).toBe("200ms");
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

test("more than the node has is not given, and the pod says so until it asks for less", async () => {
  const pending = (each: Awaited<ReturnType<typeof node.get>>) =>
    each?.status?.conditions?.find(({ type }) => type === "PodResizePending");
  await resize("too-much", { limits: { cpu: "1000" }, requests: { cpu: "1000" } });
  const condition = await node.until("too-much", pending);
  expect(condition).toMatchObject({ status: "True", reason: "Infeasible" });
  expect(await node.show("too-much", "CPUQuotaPerSecUSec")).toBe("100ms");
  await resize("too-much", SMALL);
  await node.until("too-much", (each) => each !== undefined && pending(each) === undefined);
});

test("what a pod asks for as a whole is its slice's", async () => {
  const slice = await node.show("whole", "Slice");
  const show = await node.exec(["systemctl", "show", "--property=MemoryMax,CPUQuotaPerSecUSec", slice]);
  expect(show.stdout.trim().split("\n").toSorted()).toEqual(["CPUQuotaPerSecUSec=200ms", `MemoryMax=${64 * 2 ** 20}`]);
});
