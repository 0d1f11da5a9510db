import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "pod-bridge-boots", { settings: { podNetwork: "bridge" } });
});

afterAll(() => node[Symbol.asyncDispose]());

/** Creates a pod, and returns it once it runs with an address. */
async function running(name: string) {
  await node.run(pod(node, name, SLEEP));
  return await whenReady(name);
}

const whenReady = (name: string, restarts = 0) =>
  node.until(name, (each) => {
    const [main] = each?.status?.containerStatuses ?? [];
    return each?.status?.podIP && main?.ready && main.restartCount >= restarts && each;
  });

/** The leases, and the interfaces of the bridge. Each pod has one of both. */
async function held(): Promise<readonly string[]> {
  const { stdout } = await node.exec(
    "ls /var/lib/cni/networks/unitlet | grep '^[0-9]'; ip -o link show master unitlet0 | wc -l",
  );
  return stdout.trim().split("\n");
}

test.for(["reboot", "crash"] as const)(
  "after a %s the pod has its address again, and another one gets its own",
  async (end) => {
    const before = await running(end);
    await node.machine[end]();
    const after = await whenReady(end, 1);
    expect(after.status?.podIP).toBe(before.status?.podIP);
    expect(after.status?.containerStatuses?.[0]?.restartCount).toBe(1);
    const other = await running(`${end}-other`);
    expect(await held()).toEqual([...[before, other].map(({ status }) => String(status?.podIP)).toSorted(), "2"]);
    await node.kubectl("delete", "pod", end, `${end}-other`);
    expect(await held()).toEqual(["0"]);
  },
);

test("a pod that is deleted while the host is off gives its address back", async () => {
  const gone = await running("gone");
  await node.kubectl("delete", "pod", "gone", "--force", "--grace-period=0");
  await node.machine.crash();
  const next = await running("next");
  const isFreed = async () => {
    const seen = await held();
    return [seen.length === 2 && seen[0] === next.status?.podIP && seen[1] === "1", [gone.status?.podIP, seen]];
  };
  await node.machine.until(isFreed, { what: "one address in use" });
});
