import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "eviction", { timerInterval: "1s" });
});

afterAll(() => node[Symbol.asyncDispose]());

const asking = (cpu: string) => ({ ...SLEEP, resources: { requests: { cpu } } });

async function set(setting: string): Promise<void> {
  await node.exec(`mkdir -p /etc/unitlet/unitlet.conf.d; echo '${setting}' >/etc/unitlet/unitlet.conf.d/99-test.conf`);
}

async function ending(name: string): Promise<object> {
  const { phase, reason, message, conditions } = await node.until(
    name,
    (seen) => seen?.status?.phase === "Failed" && seen.status,
  );
  const target = conditions?.find(({ type }) => type === "DisruptionTarget");
  return { phase, reason, message, disruption: target?.reason };
}

test("a critical pod takes the room of an ordinary one", async () => {
  const cpus = Number((await node.cluster.get("node", node.name))?.status?.allocatable?.cpu);
  await node.run(pod(node, "ordinary", asking(`${cpus - 0.5}`)));
  await node.container("ordinary", ({ ready }) => ready);
  await node.run(pod(node, "critical", asking("1"), { priorityClassName: "system-cluster-critical" }));
  expect(await ending("ordinary")).toEqual({
    phase: "Failed",
    reason: "Preempting",
    message: "Preempted in order to admit critical pod",
    disruption: "TerminationByKubelet",
  });
  await node.container("critical", ({ ready }) => ready);
});

test("under memory pressure the pod furthest above its request is evicted first, no pod is admitted, and the critical pod stays", async () => {
  const invocation = await node.invocation("critical");
  const hog = shell('x=$(head -c 60000000 /dev/zero | tr "\\0" x); exec 3<&0; while :; do sleep 1; done');
  await node.run(pod(node, "modest", SLEEP));
  await node.run(pod(node, "greedy", hog));
  await node.container("modest", ({ ready }) => ready);
  await node.container("greedy", ({ ready }) => ready);
  await node.machine.until(async () => Number((await node.exec(memoryOf("greedy"))).stdout) > 50e6, {
    what: "the memory of the greedy pod",
  });
  await set("evictionHard = memory.available<100Ti");
  expect(await ending("greedy")).toEqual({
    phase: "Failed",
    reason: "Evicted",
    message: expect.stringMatching(
      /^The node was low on resource: memory\. Threshold quantity: 100Ti, available: \d+Ki\. Container main was using \d+(Ki|Mi)?, request is 0, has larger consumption of memory\. $/,
    ),
    disruption: "TerminationByKubelet",
  });
  expect(await ending("modest")).toMatchObject({ reason: "Evicted" });
  await node.run(pod(node, "newcomer", SLEEP));
  expect(await ending("newcomer")).toMatchObject({
    message: expect.stringContaining("The node had condition: [Memory"),
  });
  expect(await node.invocation("critical")).toBe(invocation);
  const selector = `involvedObject.name=${node.name},reason=EvictionThresholdMet`;
  const events = () =>
    node.kubectl("get", "events", "--namespace=default", `--field-selector=${selector}`, "-o", "jsonpath={..message}");
  await node.machine.until(async () => (await events()) === "Attempting to reclaim memory", { what: "its Event" });
  const end = await node.until("greedy", (seen) => seen?.status?.containerStatuses?.[0]?.state?.terminated);
  expect(end).toMatchObject({ exitCode: 137 });
});

test("a threshold above the memory of the host is named, and the Node has no memory for pods", async () => {
  const named = /evictionHard \(memory\.available<100Ti\) is more than the memory=\d+[KMG]i of this host: lower it/;
  expect((await node.machine.exec("unitlet doctor", { allowFailure: true })).stdout).toMatch(named);
  expect(
    (await node.exec("journalctl --sync; journalctl -u unitlet-sync -o cat | grep 'the settings reserve'")).stdout,
  ).toMatch(named);
  expect((await node.cluster.get("node", node.name))?.status?.allocatable?.memory).toBe("0");
});

/** Bytes that the cgroup of its container holds, on v1 and v2. */
function memoryOf(name: string): string {
  return `cd /sys/fs/cgroup; find . -path '*${node.unit(name)}/memory.usage_in_bytes' -o -path '*${node.unit(name)}/memory.current' | head -n 1 | xargs cat`;
}
