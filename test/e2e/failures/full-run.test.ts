import { afterAll, beforeAll, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "full-run", { timerInterval: "1s" });
  await node.run(pod(node, "before", SLEEP));
  await node.container("before", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

const renewed = async () => (await node.cluster.get("lease", node.name, "kube-node-lease"))?.spec?.renewTime;

test("a full /run keeps nothing waiting but what needs it", async () => {
  await node.exec("mount -o remount,size=16m /run; cat /dev/zero >/run/full || true");
  await node.run(pod(node, "during", SLEEP));
  const events = () => node.kubectl("get", "events", "--output=jsonpath={.items[*].message}");
  await node.machine.until(async () => (await events()).includes("too little of /run"), {
    what: "an Event that says why",
  });
  const before = await renewed();
  await node.machine.until(async () => (await renewed()) !== before, { what: "a lease that is renewed" });
  await node.kubectl("delete", "pod", "before", "--grace-period=3");
  await node.exec("rm /run/full");
  await node.container("during", ({ ready }) => ready);
});
