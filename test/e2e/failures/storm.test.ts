import type { V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "storm");
});

afterAll(() => node[Symbol.asyncDispose]());

async function pods(): Promise<V1Pod[]> {
  return JSON.parse(await node.kubectl("get", "pods", "-o", "json")).items;
}

test("fifty pods that are created at once all run, all ends at once are reported, and none is left when all are deleted", {
  timeout: 700_000,
}, async () => {
  const names = (kind: string) => Array.from({ length: 25 }, (_, at) => `${kind}-${at}`);
  // What records the end of a container has as long as its grace period, and shares two cores with all the others.
  const grace = { terminationGracePeriodSeconds: 30 };
  await node.apply(
    ...names("stays").map((name) => pod(node, name, SLEEP, grace)),
    ...names("ends").map((name) => pod(node, name, shell("exit 3"), { ...grace, restartPolicy: "Never" })),
  );
  await node.machine.until(
    async () => {
      const phases = Object.entries(Object.groupBy(await pods(), ({ status }) => status?.phase ?? ""));
      const counts = Object.fromEntries(phases.map(([phase, each]) => [phase, each?.length]));
      return [counts.Running === 25 && counts.Failed === 25, counts];
    },
    { what: "25 to run and 25 to have failed", every: 500, timeout: 240_000 },
  );
  const failed = (await pods()).filter(({ status }) => status?.phase === "Failed");
  const ends = failed.map(({ status }) => status?.containerStatuses?.[0]?.state?.terminated);
  expect(ends).toEqual(Array(25).fill(expect.objectContaining({ exitCode: 3, reason: "Error" })));

  await node.kubectl("delete", "pods", "--all");
  const files =
    "ls /etc/systemd/system /run/unitlet/pods /var/lib/unitlet/pods | grep '^unitlet[.-]\\|^[0-9a-f]*-' || true";
  const left = async () => (await node.exec(files)).stdout;
  await node.machine.until(async () => [(await left()) === "", await left()], { what: "nothing to be left" });
  const state = async () => (await node.exec("systemctl is-system-running || :")).stdout;
  await node.machine.until(async () => [(await state()) === "running\n", await state()], { what: "nothing wrong" });
});
