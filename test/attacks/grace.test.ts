import { afterAll, beforeAll, expect, test } from "vitest";
import { pod, SLEEP, shell } from "../e2e/support/manifests.ts";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";

let node: Node;

const DAY = 86_400;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "attacks-grace", { timerInterval: "1s" });
  const hog = shell(
    'trap "" TERM; x=$(head -c 60000000 /dev/zero | tr "\\0" x); touch /tmp/full; exec 3<&0; while :; do sleep 1; done',
  );
  await node.run(
    pod(
      node,
      "hog",
      { ...hog, volumeMounts: [{ name: "tmp", mountPath: "/tmp" }] },
      {
        terminationGracePeriodSeconds: DAY,
        volumes: [{ name: "tmp", emptyDir: {} }],
      },
    ),
    pod(node, "modest", SLEEP),
  );
  for (const name of ["hog", "modest"]) await node.container(name, ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

test("a deleted pod with a grace period of a day keeps no pod from eviction, and is evicted itself", async () => {
  const run = `/run/unitlet/pods/${(await node.get("hog"))?.metadata?.uid}`;
  const isFull = async () => (await node.exec(`find /var/lib/unitlet/pods -name full`)).stdout !== "";
  await node.machine.until(isFull, { what: "the memory of the hog" });
  await node.kubectl("delete", "pod", "hog", "--wait=false");
  const isStopping = async () => (await node.exec(`ls ${run}`)).stdout.includes("stopping");
  await node.machine.until(isStopping, { what: "the stop" });
  // As after two minutes, which is longer than the node waits.
  await node.exec(
    `touch -d '2 minutes ago' ${run}/stopping; mkdir -p /etc/unitlet/unitlet.conf.d; echo 'evictionHard = memory.available<100Ti' >/etc/unitlet/unitlet.conf.d/99-test.conf`,
  );
  await node.until("hog", (seen) => seen === undefined);
  const { reason } = await node.until("modest", (seen) => seen?.status?.phase === "Failed" && seen.status);
  expect(reason).toBe("Evicted");
});
