import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";
import { isReady, waitForPods } from "../support/wait-for-pods.ts";

let node: Node;

const MI = 2 ** 20;
const exact = { cpu: "10m", memory: "64Mi" };
const cases = {
  guaranteed: { requests: exact, limits: exact },
  burstable: { requests: { memory: "32Mi" } },
  besteffort: {},
} as const;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "memory-reservation", {
    settings: { memoryReservationPolicy: "tiered", watch: "yes" },
  });
  await node.run(...Object.entries(cases).map(([name, resources]) => pod(node, name, { ...SLEEP, resources })));
  await waitForPods(node, Object.keys(cases), isReady);
});

afterAll(() => node[Symbol.asyncDispose]());

/** memory.low and memory.min in MiB of a pod's slice, then of its container; undefined on cgroup v1, which has neither. */
async function kept(name: string): Promise<number[] | undefined> {
  const files = ["../memory.low", "../memory.min", "memory.low", "memory.min"].join(" ");
  return mebibytes(`cd /sys/fs/cgroup${await node.show(name, "ControlGroup")} && cat ${files}`);
}

async function mebibytes(command: string): Promise<number[] | undefined> {
  const { stdout } = await node.exec(`ls /sys/fs/cgroup; ${command} || :`);
  if (!stdout.includes("cgroup.controllers")) return undefined;
  return (stdout.match(/^\d+$/gm) ?? []).map((bytes) => Number(bytes) / MI);
}

test.each([
  ["guaranteed", [0, 64, 0, 64]],
  ["burstable", [32, 0, 32, 0]],
  ["besteffort", [0, 0, 0, 0]],
])("the kernel keeps what a %s pod requests", async (name, amounts) => {
  const found = await kept(name);
  expect(found).toEqual(found && amounts);
});

const ofSlices = () =>
  mebibytes("cd /sys/fs/cgroup/unitlet.slice; cat memory.min memory.low unitlet-bu*/memory.low unitlet-be*/memory.low");

test("the slices above the pods protect as much as those", async () => {
  await node.machine.until(async () => ((await ofSlices()) ?? [96, 32, 32, 0]).join() === "96,32,32,0", {
    what: "the sums",
  });
});

test("the sums follow a change in place and the end of a pod", async () => {
  const change = { spec: { containers: [{ name: "main", resources: { requests: { memory: "48Mi" } } }] } };
  await node.kubectl("patch", "pod", "burstable", "--subresource=resize", `--patch=${JSON.stringify(change)}`);
  await node.kubectl("delete", "pod", "guaranteed", "--wait=true");
  await node.machine.until(async () => ((await ofSlices()) ?? [48, 48, 48, 0]).join() === "48,48,48,0", {
    what: "the new sums",
  });
  await node.machine.until(async () => ((await kept("burstable")) ?? [48, 0, 48, 0]).join() === "48,0,48,0", {
    what: "the new request",
  });
});
