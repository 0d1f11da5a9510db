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
    pod(node, "moved", shell("exit 1")),
  );
});

afterAll(() => node[Symbol.asyncDispose]());

const isWaiting = ({ state }: V1ContainerStatus) => state?.waiting?.reason === "CrashLoopBackOff";

// Side by side, since almost all of it is waiting.
describe.concurrent("a container that ends again and again", () => {
  test("waits not at all, then 10 s, then 20 s", async () => {
    const ends = new Map<string, { startedAt: number; finishedAt: number }>();
    const collect = ({ lastState, state, restartCount }: V1ContainerStatus) => {
      for (const end of [lastState?.terminated, state?.terminated]) {
        if (end?.containerID)
          ends.set(end.containerID, {
            startedAt: Number(new Date(end.startedAt ?? 0)),
            finishedAt: Number(new Date(end.finishedAt ?? 0)),
          });
      }
      return restartCount === 3 && isWaiting({ state } as V1ContainerStatus);
    };
    await node.machine.until(
      async () => collect((await node.get("crashes"))?.status?.containerStatuses?.[0] as V1ContainerStatus),
      { what: "three restarts", timeout: 90_000, every: 500 },
    );
    const times = [...ends.values()].toSorted((a, b) => a.startedAt - b.startedAt);
    const waits = times.slice(1).map(({ startedAt }, at) => (startedAt - (times[at]?.finishedAt ?? 0)) / 1000);
    expect(waits).toHaveLength(3);
    const [first, second, third] = waits;
    // However busy the computer is: shorter than the next one.
    expect(first).toBeLessThan(9);
    expect(second).toSatisfy((seconds: number) => seconds >= 9 && seconds < 19);
    expect(third).toSatisfy((seconds: number) => seconds >= 19 && seconds < 39);
    const { state } = await node.container("crashes", isWaiting);
    expect(state?.waiting?.message).toMatch(/^back-off 40s restarting failed container=main pod=crashes_/);
  });

  test("goes at once when it is deleted while it waits", async () => {
    await node.container("deleted", ({ state }) => state?.waiting?.message?.startsWith("back-off 40s"));
    const start = performance.now();
    await node.kubectl("delete", "pod", "deleted", "--wait=false");
    await node.sync();
    await node.kubectl("wait", "pod/deleted", "--for=delete", "--timeout=60s");
    expect(performance.now() - start).toBeLessThan(35_000);
  });
});

// By itself, because nobody can talk to a systemd that replaces itself. By now the wait is a long one.
test("a container waits on while systemd reads all units anew and replaces itself", async () => {
  const before = await node.container("moved", isWaiting);
  await node.exec("systemctl daemon-reload");
  await node.exec("systemctl daemon-reexec");
  await node.sync();
  expect((await node.get("moved"))?.status?.containerStatuses).toEqual([before]);
});
