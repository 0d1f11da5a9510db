import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  const settings = { allowedUnsafeSysctls: "kernel.msg*" };
  node = await Node.join(await Cluster.up(), "admission", { timerInterval: "1s", settings });
});

afterAll(() => node[Symbol.asyncDispose]());

/** Bound by hand: the scheduler would not have sent it here. */
async function refusal(name: string, spec: object, container: object = SLEEP): Promise<object> {
  await node.run(pod(node, name, container, spec));
  const status = await node.until(name, (seen) => seen?.status?.phase === "Failed" && seen.status);
  return { reason: status.reason, message: status.message };
}

test("a pod that asks for more than there is", async () => {
  const resources = { requests: { cpu: "1000" } };
  expect(await refusal("greedy", {}, { ...SLEEP, resources })).toEqual({
    reason: "OutOfcpu",
    message: expect.stringMatching(
      /^Pod was rejected: Node didn't have enough resource: cpu, requested: 1000000, used: 0, capacity: \d+$/,
    ),
  });
});

test("a pod whose selector the node does not meet, and one whose it does by a label that an admin set", async () => {
  const message = "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector";
  expect(await refusal("elsewhere", { nodeSelector: { rack: "7" } })).toEqual({ reason: "NodeAffinity", message });
  await node.cluster.kubectl(["label", "node", node.name, "rack=7"]);
  await node.run(pod(node, "here", SLEEP, { nodeSelector: { rack: "7" } }));
  await node.container("here", ({ ready }) => ready);
});

const sysctls = (...list: readonly [name: string, value: string][]) => ({
  securityContext: { sysctls: list.map(([name, value]) => ({ name, value })) },
});

test("a sysctl that the node does not allow, and one of the network, which is the host's", async () => {
  expect(await refusal("unsafe", sysctls(["kernel.sem", "1 2 3 4"]))).toEqual({
    reason: "SysctlForbidden",
    message: 'Pod was rejected: forbidden sysctl: "kernel.sem" not allowlisted',
  });
  expect(await refusal("network", { hostNetwork: false, ...sysctls(["net.ipv4.tcp_syncookies", "1"]) })).toEqual({
    reason: "SysctlForbidden",
    message:
      'Pod was rejected: forbidden sysctl: "net.ipv4.tcp_syncookies" not allowed with host Net enabled: all pods of this node have the host\'s network',
  });
});

test("a safe sysctl and one that the node allows count in the pod's containers, and not on the host", async () => {
  const read = "cat /proc/sys/kernel/shm_rmid_forced /proc/sys/kernel/msgmax";
  // On a machine in a container it is read-only; on a host it is not.
  await node.exec("! mountpoint -q /proc/sys || mount -o remount,bind,rw /proc/sys");
  const before = (await node.exec(read)).stdout;
  await node.run(
    pod(
      node,
      "tuned",
      shell(`${read}; exec sleep 1000`),
      sysctls(["kernel.shm_rmid_forced", "1"], ["kernel/msgmax", "4321"]),
    ),
  );
  await node.machine.until(async () => (await node.log("tuned")) === "1\n4321\n", { what: "its parameters" });
  expect((await node.exec(read)).stdout).toBe(before);
});

test("a value that the kernel does not take keeps the container waiting, with the kernel's words", async () => {
  await node.run(pod(node, "mistuned", SLEEP, sysctls(["kernel.msgmax", "many"])));
  const status = await node.container("mistuned", ({ state, lastState }) => state?.terminated ?? lastState?.terminated);
  const { message } = status.state?.terminated ?? status.lastState?.terminated ?? {};
  expect(message).toBe("sysctl kernel/msgmax = many: Invalid argument");
});

test("huge pages, of which this node has none to give", async () => {
  const limits = { "hugepages-2Mi": "2Mi", memory: "10Mi", cpu: "10m" };
  expect(await refusal("pages", {}, { ...SLEEP, resources: { limits, requests: limits } })).toEqual({
    reason: "OutOfhugepages-2Mi",
    message:
      "Pod was rejected: Node didn't have enough resource: hugepages-2Mi, requested: 2097152, used: 0, capacity: 0",
  });
});

test("AppArmor, on a host without it", async () => {
  const securityContext = { appArmorProfile: { type: "RuntimeDefault" } };
  expect(await refusal("armored", { securityContext })).toEqual({
    reason: "AppArmor",
    message: "Pod was rejected: Cannot enforce AppArmor: AppArmor is not enabled on the host",
  });
});
