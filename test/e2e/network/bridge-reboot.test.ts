import { afterAll, beforeAll, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { BridgeNode } from "../support/bridge-node.ts";

let bridge: BridgeNode;
let node: Node;

beforeAll(async () => {
  bridge = await BridgeNode.join("pod-bridge-boots");
  node = bridge.node;
});

afterAll(() => bridge[Symbol.asyncDispose]());

test.for(["reboot", "crash"] as const)(
  "after a %s the pod has its address again, and another one gets its own",
  async (end) => {
    const before = await bridge.running(end);
    await node.machine[end]();
    const after = await bridge.whenReady(end, 1);
    expect(after.status?.podIP).toBe(before.status?.podIP);
    expect(after.status?.containerStatuses?.[0]?.restartCount).toBe(1);
    const other = await bridge.running(`${end}-other`);
    expect(await bridge.held()).toEqual([
      ...[before, other].map(({ status }) => String(status?.podIP)).toSorted(),
      "2",
    ]);
    await node.kubectl("delete", "pod", end, `${end}-other`);
    expect(await bridge.held()).toEqual(["0"]);
  },
);

test("a pod that is deleted while the host is off gives its address back", async () => {
  const gone = await bridge.running("gone");
  await node.kubectl("delete", "pod", "gone", "--force", "--grace-period=0");
  await node.machine.crash();
  const next = await bridge.running("next");
  const isFreed = async () => {
    const seen = await bridge.held();
    return [seen.length === 2 && seen[0] === next.status?.podIP && seen[1] === "1", [gone.status?.podIP, seen]];
  };
  await node.machine.until(isFreed, { what: "one address in use" });
});
