import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";
import { pod, shell } from "./manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "environment");
});

afterAll(() => node[Symbol.asyncDispose]());

test("what a pod sets is for its program, and not for the helpers that run as root outside its sandbox", async () => {
  // Whatever loads the dynamic linker with these writes /opt/spied.PID, if it may: the container may not, a helper might.
  const env = [
    { name: "LD_DEBUG", value: "libs" },
    { name: "LD_DEBUG_OUTPUT", value: "/opt/spied" },
    { name: "PATH", value: "/nowhere" },
  ];
  const script = shell("exit 3", { command: ["/bin/sh", "-c", "exit 3"], env });
  await node.run(pod(node, "spy", script, { restartPolicy: "Never" }));
  const { state } = await node.container("spy", (status) => status.state?.terminated);
  expect(state?.terminated).toMatchObject({ exitCode: 3, reason: "Error" });
  const { stdout } = await node.machine.exec("ls -d /opt/spied*", { allowFailure: true });
  expect(stdout).toBe("");
});
