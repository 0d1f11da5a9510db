import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "eviction-pids", { timerInterval: "1s" });
});

afterAll(() => node[Symbol.asyncDispose]());

test("while process numbers are short the pod with most of them goes, and the critical one stays", async () => {
  await node.run(pod(node, "critical", SLEEP, { priorityClassName: "system-node-critical" }));
  await node.run(pod(node, "many", shell("for i in $(seq 20); do sleep 1000 & done; wait")));
  await node.container("critical", ({ ready }) => ready);
  await node.container("many", ({ ready }) => ready);
  const invocation = await node.invocation("critical");
  // The kernel's own limit holds for more than this machine: the agent alone is shown another one.
  await node.exec(`all=$(sed 's,.*/\\([0-9]*\\) .*,\\1,' /proc/loadavg); echo $((all / 4)) >/tmp/pid_max
    mount --bind /tmp/pid_max /proc/sys/kernel/pid_max`);
  const { phase, reason, message } = await node.until(
    "many",
    (seen) => seen?.status?.phase === "Failed" && seen.status,
  );
  expect({ phase, reason, message }).toEqual({
    phase: "Failed",
    reason: "Evicted",
    message: expect.stringMatching(
      /^The node was low on resource: pids\. Threshold quantity: \d+, available: -?\d+\. $/,
    ),
  });
  await node.cluster.kubectl(["wait", "--for=condition=PIDPressure", `node/${node.name}`, "--timeout=150s"]);
  expect(await node.invocation("critical")).toBe(invocation);
});
