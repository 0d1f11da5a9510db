import type { V1PodSpec } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";
import { type Container, pod, shell } from "./manifests.ts";

let node: Node;

const codes = (operator: string, ...values: number[]) =>
  ({ restartPolicyRules: [{ action: "Restart", exitCodes: { operator, values } }] }) as Container;

const NEVER: Partial<V1PodSpec> = { restartPolicy: "Never" };

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "deadlines");
  const begun = "trap 'echo told to end; exit' TERM; while :; do sleep 0.1; done";
  await node.run(
    pod(node, "late", shell(begun), { activeDeadlineSeconds: 4 }),
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

test("a pod past its deadline is told to end, and has failed", async () => {
  const object = await node.until("late", (each) => each?.status?.phase === "Failed" && each);
  const { reason, message, startTime } = object.status ?? {};
  expect({ reason, message }).toEqual({
    reason: "DeadlineExceeded",
    message: "Pod was active on the node longer than the specified deadline",
  });
  await node.machine.until(async () => [(await node.log("late")) === "told to end\n", startTime], { what: "its end" });
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
