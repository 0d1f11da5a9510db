import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "admission", { timerInterval: "1s" });
});

afterAll(() => node[Symbol.asyncDispose]());

/** Bound by hand: the scheduler would not have sent it here. */
async function refusal(name: string, spec: object, container: object = SLEEP): Promise<object> {
  await node.run(pod(node, name, container, spec));
  const status = await node.until(name, (seen) => seen?.status?.phase === "Failed" && seen.status);
  return { reason: status.reason, message: status.message };
}

test("a pod that asks for more than there is", async () => {
  const resources = { requests: { cpu: "1000" } };
  expect(await refusal("greedy", {}, { ...SLEEP, resources })).toEqual({
    reason: "OutOfcpu",
    message: expect.stringMatching(
      /^Pod was rejected: Node didn't have enough resource: cpu, requested: 1000000, used: 0, capacity: \d+$/,
    ),
  });
});

test("a pod whose selector the node does not meet, and one whose it does by a label that an admin set", async () => {
  const message = "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector";
  expect(await refusal("elsewhere", { nodeSelector: { rack: "7" } })).toEqual({ reason: "NodeAffinity", message });
  await node.cluster.kubectl(["label", "node", node.name, "rack=7"]);
  await node.run(pod(node, "here", SLEEP, { nodeSelector: { rack: "7" } }));
  await node.container("here", ({ ready }) => ready);
});
