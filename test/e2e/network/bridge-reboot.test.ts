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
    await bridge.untilHeld(...[before, other].map(({ status }) => String(status?.podIP)).toSorted(), "2");
    await node.kubectl("delete", "pod", end, `${end}-other`);
    await bridge.untilHeld("0");
  },
);

test("a pod that is deleted while the host is off gives its address back, without another pod", async () => {
  const { metadata } = await bridge.running("gone");
  await node.kubectl("delete", "pod", "gone", "--force", "--grace-period=0");
  await node.machine.crash();
  const isFreed = async (): Promise<[boolean, unknown]> => {
    const seen = (await node.exec("ls /var/lib/cni/networks/unitlet | grep '^[0-9]'; ls /var/lib/unitlet/networks"))
      .stdout;
    return [seen === "", [metadata?.uid, seen]];
  };
  // As 10 minutes later.
  await node.exec("touch -d -1hour /var/lib/unitlet/networks/*");
  await node.syncWithoutCache();
  await node.machine.until(isFreed, { what: "no address in use" });
});
