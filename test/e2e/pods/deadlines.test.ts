import type { V1PodSpec } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { type Container, pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

const codes = (operator: string, ...values: number[]) =>
  ({ restartPolicyRules: [{ action: "Restart", exitCodes: { operator, values } }] }) as Container;

const NEVER: Partial<V1PodSpec> = { restartPolicy: "Never" };

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "deadlines");
  const obedient = "trap 'echo told to end; exit' TERM; echo begun; while :; do sleep 0.1; done";
  await node.run(
    pod(node, "late", SLEEP, { activeDeadlineSeconds: 4 }),
    pod(node, "lowered", shell(obedient), { activeDeadlineSeconds: 600, terminationGracePeriodSeconds: 60 }),
    pod(node, "in-time", shell("sleep 1"), { ...NEVER, activeDeadlineSeconds: 600 }),
    pod(node, "code", shell("exit 42", { restartPolicy: "Never", ...codes("In", 42) }), NEVER),
    pod(node, "signal", shell("kill -KILL $$", { restartPolicy: "Never", ...codes("In", 137) }), NEVER),
    pod(node, "other-code", shell("exit 1", { restartPolicy: "Never", ...codes("In", 42) }), NEVER),
    pod(
      node,
      "own-policy",
      [shell("exit 1", { restartPolicy: "OnFailure" }), { name: "b", ...shell("exit 0") }],
      NEVER,
    ),
  );
});

afterAll(() => node[Symbol.asyncDispose]());

async function expectExceeded(name: string): Promise<void> {
  const { reason, message } = await node.until(name, (seen) => seen?.status?.phase === "Failed" && seen.status);
  expect({ reason, message }).toEqual({
    reason: "DeadlineExceeded",
    message: "Pod was active on the node longer than the specified deadline",
  });
}

test("a pod past its deadline has failed", async () => {
  await expectExceeded("late");
});

test("one whose deadline is lowered, too; it gets TERM", async () => {
  const log = async () => await node.log("lowered");
  await node.machine.until(async () => (await log()) === "begun\n", { what: "its begin" });
  await node.kubectl("patch", "pod", "lowered", "--patch", '{"spec":{"activeDeadlineSeconds":1}}');
  await expectExceeded("lowered");
  await node.machine.until(async () => (await log()) === "begun\ntold to end\n", { what: "its end" });
});

test("a pod that ends in time has not", async () => {
  const object = await node.until("in-time", (each) => each?.status?.phase === "Succeeded" && each);
  expect(object.status?.reason).toBeUndefined();
});

test.each(["code", "signal", "own-policy"])("%s: a container is started again by its own rules", async (name) => {
  await node.container(name, ({ restartCount }) => restartCount > 0);
  expect((await node.get(name))?.status?.phase).toBe("Running");
});

test("a code that no rule names is the end", async () => {
  const object = await node.until("other-code", (each) => each?.status?.phase === "Failed" && each);
  expect(object.status?.containerStatuses?.[0]).toMatchObject({
    restartCount: 0,
    state: { terminated: { exitCode: 1 } },
  });
});
