import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cpuShares, cpuWeight } from "../../../src/translate/resources/resources.ts";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { cpuShare, cpuTimes, memoryLimit, taskLimit } from "../support/cgroup-files.ts";
import { hardware } from "../support/hardware.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";
import { isReady, waitForPods } from "../support/wait-for-pods.ts";

let node: Node;

const cases = {
  guaranteed: { limits: { cpu: "500m", memory: "64Mi" } },
  burstable: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
  besteffort: {},
} as const;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "limits", {
    settings: { podPidsLimit: "500", systemReserved: "cpu=100m,memory=100Mi,pid=1000" },
  });
  await node.run(...Object.entries(cases).map(([name, resources]) => pod(node, name, { ...SLEEP, resources })));
  await waitForPods(node, Object.keys(cases), isReady);
});

const isUnified = async () => (await node.exec("ls /sys/fs/cgroup")).stdout.includes("cgroup.controllers");

afterAll(() => node[Symbol.asyncDispose]());

const classes = [
  ["guaranteed", "Guaranteed", "unitlet.slice/unitlet-pod"],
  ["burstable", "Burstable", "unitlet.slice/unitlet-burstable.slice/unitlet-burstable-pod"],
  ["besteffort", "BestEffort", "unitlet.slice/unitlet-besteffort.slice/unitlet-besteffort-pod"],
] as const;

test.each(classes)("a %s pod is %s, in a slice of its own", async (name, qosClass, slice) => {
  const { metadata, status } = (await node.get(name)) ?? {};
  expect(status?.qosClass).toBe(qosClass);
  const group = await node.show(name, "ControlGroup");
  expect(group).toBe(`/${slice}${metadata?.uid?.replaceAll("-", "_")}.slice/${node.unit(name)}`);
});

test.each([
  ["guaranteed", () => -997],
  ["burstable", (total: number) => 1000 - Math.floor((1000 * 2 ** 28) / total)],
  ["besteffort", () => 1000],
] as const)("the kernel's score for killing a %s container is the kubelet's", async (name, scoreOf) => {
  const { stdout } = await node.exec("sed -n 's/MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo");
  const score = String(scoreOf(Number(stdout) * 1024));
  expect(await node.show(name, "OOMScoreAdjust")).toBe(score);
  // To lower it takes a capability that a CI container may not have.
  if (score.startsWith("-")) return;
  const pid = await node.show(name, "MainPID");
  expect((await node.machine.read(`/proc/${pid}/oom_score_adj`)).trim()).toBe(score);
});

describe("limits are the kernel's, in the container's own cgroup", () => {
  /** cgroup v1 has one tree for each controller and names of its own, v2 one for all. */
  async function limit(name: string, ...files: string[]): Promise<string> {
    const names = files.map((file) => `-name ${file}`).join(" -o ");
    // find(1) fails when a cgroup of another unit goes meanwhile.
    const found = await node.exec(
      `find /sys/fs/cgroup -path '*/${node.unit(name)}/*' '(' ${names} ')' -exec cat {} + || true`,
    );
    return found.stdout.trim();
  }

  test("memory", async () => {
    expect(await limit("guaranteed", "memory.max", "memory.limit_in_bytes")).toBe("67108864");
    expect(await limit("burstable", "memory.max", "memory.limit_in_bytes")).toBe("536870912");
    expect(await limit("besteffort", "memory.max", "memory.limit_in_bytes")).toMatch(/^(max|9223372036854771712)?$/);
  });

  test("cpu", async () => {
    expect(await limit("guaranteed", "cpu.max", "cpu.cfs_quota_us")).toMatch(/^50000( 100000)?$/);
    expect(await limit("burstable", "cpu.max", "cpu.cfs_quota_us")).toMatch(/^(max 100000|-1)?$/);
    expect(await limit("burstable", "cpu.weight", "cpu.shares")).toMatch(/^(17|102)$/);
    expect(await limit("besteffort", "cpu.weight", "cpu.shares")).toMatch(/^(1|2)$/);
  });

  test("processes: those of the setting for a pod, and no fewer for a container", async () => {
    const limits = await node.exec(
      `find /sys/fs/cgroup -path "*/$(systemctl show -P Slice ${node.unit("besteffort")})/*" -name pids.max -exec cat {} + || true`,
    );
    expect(limits.stdout.trim().split("\n").toSorted()).toEqual(["500", "max"]);
  });

  test("the slices of the node: weights as requests, and no more memory and processes than the host leaves", async () => {
    const { cpus, memory, tasks } = await hardware(node);
    const shares = async (slice: string) => cpuShare(node, `/unitlet.slice${slice}`);
    const all = 1000 * cpus - 100;
    await node.machine.until(async () => [cpuWeight(all), cpuShares(all)].includes(await shares("")), {
      what: "the weight of all pods",
    });
    const classes = async () => [await shares("/unitlet-burstable.slice"), await shares("/unitlet-besteffort.slice")];
    await node.machine.until(async () => [["17,1", "102,2"].includes((await classes()).join()), await classes()], {
      what: "the weights of the classes",
    });
    const limit = () => memoryLimit(node, "/unitlet.slice");
    await node.machine.until(async () => [(await limit()) === memory - 100 * 2 ** 20, await limit()], {
      what: "the memory of all pods",
    });
    const processes = () => taskLimit(node, "/unitlet.slice");
    await node.machine.until(async () => [(await processes()) === tasks - 1000, await processes()], {
      what: "the processes of all pods",
    });
  });

  test("disks are accounted", async () => {
    const { stdout } = await node.exec(
      `find /sys/fs/cgroup -path "*/${node.unit("besteffort")}/*" "(" -name io.stat -o -name blkio.throttle.io_serviced ")" || true`,
    );
    expect(stdout).toMatch(/^\S+\n$/);
  });

  test("and in that of the pod, when every container has one", async () => {
    const slice = await node.show("guaranteed", "Slice");
    const { stdout } = await node.exec(["systemctl", "show", slice, "--property=MemoryMax"]);
    expect(stdout).toBe("MemoryMax=67108864\n");
  });
});

test("two pods that burn one CPU share it as their requests", async () => {
  const burn = shell(`exec taskset -c "$(sed -n 's/^Cpus_allowed_list:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/self/status)" \
    sh -c 'while :; do :; done'`);
  const names = ["small", "large"];
  const asking = (cpu: string) => ({ ...burn, resources: { requests: { cpu } } });
  await node.run(pod(node, "small", asking("30m")), pod(node, "large", asking("120m")));
  await waitForPods(node, names, isReady);
  const groups = await Promise.all(names.map((name) => node.show(name, "ControlGroup")));
  const [light = 0, heavy = 0] = await Promise.all(groups.map((group) => cpuShare(node, group)));
  const before = await cpuTimes(node, groups);
  const used = async () => (await cpuTimes(node, groups)).map((time, at) => time - (before[at] ?? Number.NaN));
  const enough = async () => [(await used()).every((time) => time > 300_000), await used()];
  await node.machine.until(enough, { what: "0.3 s of CPU for each of them", timeout: 300_000 });
  const [small = 0, large = 0] = await used();
  const ratio = large / small / (heavy / light);
  expect([ratio, ratio > 0.7 && ratio < 1.4]).toEqual([ratio, true]);
  await node.kubectl("delete", "pod", ...names, "--wait=false");
});

test("with memorySwap = limited a Burstable container swaps in proportion to its request, and no other one", async () => {
  // Swap holds for more than this machine: the agent alone is shown some.
  await node.exec(`sed 's/^SwapTotal:.*/SwapTotal: 1048576 kB/' /proc/meminfo >/tmp/meminfo
    mount --bind /tmp/meminfo /proc/meminfo; mkdir -p /etc/unitlet/unitlet.conf.d
    echo 'memorySwap = limited' >/etc/unitlet/unitlet.conf.d/99-test.conf`);
  const total = Number((await node.exec("sed -n 's/MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo")).stdout) * 1024;
  const invocation = await node.invocation("burstable");
  const unified = await isUnified();
  const share = unified ? Math.floor((2 ** 28 / total) * 2 ** 30) : 0;
  const wanted = { burstable: share, guaranteed: 0, besteffort: 0 };
  const limits = async (name: string) => {
    const of = unified
      ? `cat /sys/fs/cgroup${await node.show(name, "ControlGroup")}/memory.swap.max`
      : `systemctl show --value --property=MemorySwapMax ${node.unit(name)}`;
    return Number((await node.exec(of)).stdout);
  };
  for (const [name, bytes] of Object.entries(wanted))
    await node.machine.until(async () => [Math.abs((await limits(name)) - bytes) < 4096, await limits(name)], {
      what: `${bytes} bytes of swap for ${name}`,
    });
  expect(await node.invocation("burstable")).toBe(invocation);
  // A run may be reading it.
  await node.exec("umount --lazy /proc/meminfo");
});

test("with memoryThrottlingFactor a container below its limit has memory.high, and no other one", async () => {
  await node.machine.write("/etc/unitlet/unitlet.conf.d/99-test.conf", "memoryThrottlingFactor = 0.5\n");
  const unified = await isUnified();
  const none = unified ? "max" : "infinity";
  const wanted = { burstable: unified ? String(384 * 1024 ** 2) : none, guaranteed: none, besteffort: none };
  const high = async (name: string) =>
    unified
      ? (await node.exec(`cat /sys/fs/cgroup${await node.show(name, "ControlGroup")}/memory.high`)).stdout.trim()
      : node.show(name, "MemoryHigh");
  for (const [name, value] of Object.entries(wanted))
    await node.machine.until(async () => (await high(name)) === value, { what: `that of ${name}` });
});

test("a pod cannot take the processes that the host reserves, and the other pods stay as they are", async () => {
  const { tasks } = await hardware(node);
  const invocation = await node.invocation("besteffort");
  await node.machine.write("/etc/unitlet/unitlet.conf.d/99-test.conf", `systemReserved = pid=${tasks - 60}\n`);
  const limit = () => taskLimit(node, "/unitlet.slice");
  await node.machine.until(async () => [(await limit()) === 60, await limit()], { what: "the limit" });
  const bomb = shell("for i in $(seq 100); do sleep 1000 & done; wait");
  await node.run(pod(node, "bomb", bomb, { restartPolicy: "Never" }));
  await node.until("bomb", ({ status } = {}) => status?.phase === "Failed" && status);
  expect(await node.log("bomb")).toContain("Cannot fork");
  expect(await node.invocation("besteffort")).toBe(invocation);
});
