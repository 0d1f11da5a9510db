import type { V1ContainerStatus } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "back-off");
  await node.run(
    pod(node, "crashes", shell("exit 1")),
    pod(node, "deleted", shell("exit 1")),
    withPauses(pod(node, "moved", shell("exit 1")), "3600s 3600s"),
  );
});

afterAll(() => node[Symbol.asyncDispose]());

function withPauses(made: object, pauses: string): object {
  const { metadata } = made as { metadata: object };
  return { ...made, metadata: { ...metadata, annotations: { "unitlet.dev/back-off": pauses } } };
}

const isWaiting = ({ state }: V1ContainerStatus) => state?.waiting?.reason === "CrashLoopBackOff";

/** When a container may start again, in seconds since the epoch, as its helper has noted it; undefined while it does not wait. */
async function dueAt(name: string): Promise<number | undefined> {
  const uid = (await node.get(name))?.metadata?.uid;
  const { stdout } = await node.machine.exec(["cat", `/run/unitlet/pods/${uid}/main.backoff`], { allowFailure: true });
  return stdout === "" ? undefined : Number(stdout);
}

/** Start and end of each run of a container, in seconds since the epoch, by its exit records. */
async function runsOf(name: string): Promise<{ started: number; finished: number }[]> {
  const uid = (await node.get(name))?.metadata?.uid;
  const lines = (await node.machine.read(`/var/lib/unitlet/pods/${uid}/main.exits`)).trim().split("\n");
  return lines.map((line) => {
    const [, , , , started, finished] = line.split(" ").map(Number);
    return { started: started ?? 0, finished: finished ?? 0 };
  });
}

// Side by side, since almost all of it is waiting.
describe.concurrent("a container that ends again and again", () => {
  test("waits not at all, then 10 s, then 20 s, then 40 s", async () => {
    // What is due is read with the ends that there are by then: a busy host may miss a pause, and see a longer one.
    const poll = async () => {
      const [before, due, runs] = [await runsOf("crashes"), await dueAt("crashes"), await runsOf("crashes")];
      const isOne = due !== undefined && before.length === runs.length && runs.length >= 4;
      return [isOne, { due, runs }] as const;
    };
    const [, { due, runs }] = await node.machine.until(poll, { what: "three pauses" });
    const pauses = [0, 10, 20, 40, 80, 160, 300];
    // No pause follows the first run.
    expect(due).toBe(Math.ceil((runs.at(-1)?.finished ?? 0) + (pauses[runs.length - 1] ?? 300)));
    for (const [at, { started }] of runs.entries())
      if (at > 0) expect(started).toBeGreaterThan((runs[at - 1]?.finished ?? 0) + (pauses[at - 1] ?? 300) - 1);
    const { state } = await node.container("crashes", isWaiting);
    expect(state?.waiting?.message).toMatch(
      /^back-off (40s|1m20s|2m40s|5m0s) restarting failed container=main pod=crashes_/,
    );
  });

  test("goes at once when it is deleted while it waits", async () => {
    await node.container("deleted", isWaiting);
    // As after six more crashes: the next pause takes 300 s, which is longer than this test waits for the deletion.
    const uid = (await node.get("deleted"))?.metadata?.uid;
    const last = '"$(tail -n 1 main.exits)"';
    const repeat = `for n in 1 2 3 4 5 6; do echo ${last} >>main.exits; done`;
    await node.exec(`cd /var/lib/unitlet/pods/${uid} && ${repeat}`);
    await node.container("deleted", ({ state }) => state?.waiting?.message?.startsWith("back-off 5m0s"));
    await node.kubectl("delete", "pod", "deleted", "--wait=false");
    await node.sync();
    await node.kubectl("wait", "pod/deleted", "--for=delete", "--timeout=150s");
  });
});

// Not concurrently: systemd answers no call while it replaces itself.
test("a container waits on while systemd reads all units anew and replaces itself", async () => {
  const before = await node.container("moved", isWaiting);
  await node.exec("systemctl daemon-reload");
  await node.exec("systemctl daemon-reexec");
  await node.sync();
  expect((await node.get("moved"))?.status?.containerStatuses).toEqual([before]);
});
