import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, shell } from "../support/manifests.ts";

const GRACE_S = 15;

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "eviction-soft", { timerInterval: "1s" });
});

afterAll(() => node[Symbol.asyncDispose]());

async function set(...settings: readonly string[]): Promise<void> {
  await node.exec(`mkdir -p /etc/unitlet/unitlet.conf.d
    printf '%s\\n' ${settings.map((each) => `'${each}'`).join(" ")} >/etc/unitlet/unitlet.conf.d/99-test.conf`);
}

async function memoryPressure() {
  const conditions = (await node.cluster.get("node", node.name))?.status?.conditions;
  return conditions?.find(({ type }) => type === "MemoryPressure");
}

const at = (time: Date | undefined) => new Date(time ?? "").getTime() / 1000;

test("a soft threshold evicts after its grace period, and the pod has evictionMaxPodGracePeriod to stop", async () => {
  const deaf = shell("trap '' TERM; while :; do sleep 1; done");
  await node.run(pod(node, "deaf", deaf, { terminationGracePeriodSeconds: 600 }));
  await node.container("deaf", ({ ready }) => ready);
  await set(
    "evictionSoft = memory.available<100Ti",
    `evictionSoftGracePeriod = memory.available=${GRACE_S}s`,
    "evictionMaxPodGracePeriod = 6",
  );
  const { reason, message, conditions } = await node.until(
    "deaf",
    (seen) => seen?.status?.phase === "Failed" && seen.status,
  );
  expect({ reason, message }).toEqual({
    reason: "Evicted",
    message: expect.stringContaining("The node was low on resource: memory. Threshold quantity: 100Ti, available: "),
  });
  const evictedAt = at(conditions?.find(({ type }) => type === "DisruptionTarget")?.lastTransitionTime);
  // Timestamps are whole seconds.
  expect(evictedAt - at((await memoryPressure())?.lastTransitionTime)).toBeGreaterThanOrEqual(GRACE_S - 1);
  const end = await node.until("deaf", (seen) => seen?.status?.containerStatuses?.[0]?.state?.terminated);
  expect(end).toMatchObject({ exitCode: 137 });
  expect(at(end.finishedAt) - evictedAt).toBeGreaterThanOrEqual(5);
  expect(at(end.finishedAt) - evictedAt).toBeLessThan(300);
});

test("the pressure ends evictionPressureTransitionPeriod after it was last measured", async () => {
  expect(await memoryPressure()).toMatchObject({ status: "True", reason: "KubeletHasInsufficientMemory" });
  await set("evictionPressureTransitionPeriod = 1s");
  await node.machine.until(async () => (await memoryPressure())?.status === "False", {
    what: "the end of the pressure",
  });
});
