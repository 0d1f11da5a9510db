import { afterAll, beforeAll, expect, test } from "vitest";
import { first, memoryLimit } from "../e2e/support/cgroup-files.ts";
import { hardware } from "../e2e/support/hardware.ts";
import { type AnswerTimes, answerTimes, installHostService } from "../e2e/support/host-service.ts";
import { installServingCertificate } from "../e2e/support/kubelet-client.ts";
import { pod, shell } from "../e2e/support/manifests.ts";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";

/** The memory of all pods together, so that an attack takes no more from the computer that runs the tests. */
const MEMORY_OF_PODS = 400 * 1024 ** 2;
const ATTACK_S = 15;
const MEASURED_S = ATTACK_S - 5;
const PROCESSES_OF_POD = 200;
/** What an attack may add to the median time of an answer: a bound for a slow computer, and not a measurement. */
const SLOWEST_MS = 10_000;

let node: Node;
let idle: AnswerTimes;
let invocation: string;
let reserved: string;
let total: number;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "protection", {
    ownDisk: true,
    timerInterval: "1s",
    settings: {
      podPidsLimit: String(PROCESSES_OF_POD),
      namespaceLogMaxSize: "16Mi",
      evictionPressureTransitionPeriod: "1s",
    },
  });
  await installServingCertificate(node);
  await installHostService(node);
  total = (await hardware(node)).memory;
  reserved = `systemReserved = memory=${total - MEMORY_OF_PODS}`;
  await set();
  await node.run(
    pod(
      node,
      "neighbour",
      shell("while :; do echo tick; sleep 1; done", { resources: { requests: { memory: "32Mi" } } }),
    ),
  );
  await node.container("neighbour", ({ ready }) => ready);
  invocation = await node.invocation("neighbour");
  idle = await answerTimes(node, MEASURED_S);
});

afterAll(() => node[Symbol.asyncDispose]());

async function set(...settings: readonly string[]): Promise<void> {
  await node.machine.write(
    "/etc/unitlet/unitlet.conf.d/99-test.conf",
    [reserved, ...settings].map((each) => `${each}\n`).join(""),
  );
}

async function renewedAt(): Promise<number> {
  const lease = JSON.parse(
    await node.cluster.kubectl(["-n", "kube-node-lease", "get", "lease", node.name, "-o", "json"]),
  ) as { readonly spec: { readonly renewTime: string } };
  return Date.parse(lease.spec.renewTime);
}

/** An attack in a BestEffort pod. It ends by itself, so that it takes no more than its time. */
async function attack(name: string, script: string, seconds = ATTACK_S): Promise<void> {
  const volumes = [{ name: "scratch", emptyDir: {} }];
  const mounted = { volumeMounts: [{ name: "scratch", mountPath: "/run/scratch" }] };
  const command = ["timeout", "--signal=KILL", String(seconds), "sh", "-c", script.replaceAll("$", () => "$$")];
  await node.run(pod(node, name, { command, ...mounted }, { volumes, restartPolicy: "Never" }));
}

async function expectUnharmed(name: string): Promise<void> {
  const before = await renewedAt();
  const { median, p95 } = await answerTimes(node, MEASURED_S);
  process.stdout.write(
    `${name}: the host's service answers in ${median} ms, idle in ${idle.median} ms: ${(median / idle.median).toFixed(1)} times; 95 % in ${p95} ms, idle in ${idle.p95} ms\n`,
  );
  expect(median).toBeLessThan(idle.median + SLOWEST_MS);
  await node.machine.until(async () => (await renewedAt()) > before, { what: "a renewal of the lease" });
  const ticks = async () => (await node.kubectl("logs", "neighbour")).split("\n").length;
  const ticked = await ticks();
  await node.machine.until(async () => (await ticks()) > ticked, { what: "a line of the neighbour" });
  expect(await node.invocation("neighbour")).toBe(invocation);
}

/** Under memory pressure the node would admit no BestEffort pod. */
async function endOfMemoryPressure(): Promise<void> {
  const pressure = async () => {
    const conditions = (await node.cluster.get("node", node.name))?.status?.conditions;
    return conditions?.find(({ type }) => type === "MemoryPressure")?.status;
  };
  await node.machine.until(async () => (await pressure()) === "False", { what: "the end of the memory pressure" });
}

const ended = (name: string) =>
  node.until(name, ({ status } = {}) => (status?.phase === "Failed" || status?.phase === "Succeeded") && status);

/** Every process starts others as long as it lives, also after the kernel has refused one. */
const BOMB = `exec perl -e '$SIG{CHLD} = "IGNORE"; while (1) { defined(fork) or select undef, undef, undef, 0.1 }'`;

test("a fork bomb takes the processes of its pod alone, up to podPidsLimit, until it is deleted", async () => {
  await attack("bomb", BOMB, 10 * ATTACK_S);
  await node.container("bomb", ({ state }) => state?.running !== undefined);
  const slice = `/${(await node.show("bomb", "ControlGroup")).split("/").slice(1, -1).join("/")}`;
  const processes = async () => Number(await first(node, `${slice}/pids.current`, `pids${slice}/pids.current`));
  await node.machine.until(async () => [(await processes()) === PROCESSES_OF_POD, await processes()], {
    what: "the limit of its processes",
  });
  await expectUnharmed("a fork bomb");
  await node.kubectl("delete", "pod", "bomb", "--wait=false");
  const left = "find /sys/fs/cgroup -path '*unitlet-besteffort*' -name cgroup.procs -exec cat {} +";
  await node.machine.until(async () => (await node.exec(left)).stdout === "", { what: "the end of its processes" });
});

test("a memory hog takes the memory of pods alone, and is killed first", async () => {
  expect(await memoryLimit(node, "/unitlet.slice")).toBe(MEMORY_OF_PODS);
  await attack("hog", "head -c 2000000000 /dev/zero | tail");
  await expectUnharmed("a memory hog");
  const { containerStatuses } = await ended("hog");
  expect(containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 137 });
  await endOfMemoryPressure();
});

test("what takes almost all memory of pods is evicted, though the host has enough", async () => {
  const most = `exec perl -e '$| = 1; my $n = 350_000_000; my $x = "x" x $n; sleep 1000'`;
  await node.run(pod(node, "gorger", shell(most)));
  const { reason, message } = (await ended("gorger")) ?? {};
  expect({ reason, message }).toEqual({
    reason: "Evicted",
    message: expect.stringMatching(
      /^The node was low on resource: memory\. Threshold quantity: 100Mi, available: \d+[KM]i\. Container main was using \d+[KM]i, request is 0, has larger consumption of memory\. $/,
    ),
  });
  const raw = ["get", "--raw", `/api/v1/nodes/${node.name}/proxy/metrics`];
  const evictions = async () => (await node.cluster.kubectl(raw)).match(/^kubelet_evictions\{.*$/gm) ?? [];
  const counted = async () => (await evictions()).some((each) => /="allocatableMemory.available"\} [1-9]/.test(each));
  await node.machine.until(async () => [await counted(), await evictions()], { what: "the eviction in the metrics" });
  expect(await node.invocation("neighbour")).toBe(invocation);
  await endOfMemoryPressure();
});

test("what fills the disk is evicted, and its space is freed", async () => {
  const free = Number((await node.exec("stat -f -c '%a * %S' /var/lib/unitlet | xargs expr")).stdout);
  await set(`evictionHard = nodefs.available<${free - 80 * 1024 ** 2}`);
  await attack("filler", "head -c 200000000 /dev/zero >/run/scratch/x; exec sleep 1000");
  await expectUnharmed("what fills the disk");
  expect((await ended("filler")).reason).toBe("Evicted");
  const freed = async () => Number((await node.exec("stat -f -c '%a * %S' /var/lib/unitlet | xargs expr")).stdout);
  await node.machine.until(async () => [(await freed()) > free - 50 * 1024 ** 2, await freed()], { what: "the space" });
  await set();
});

test("a flood of logs takes the journal of its namespace alone", async () => {
  await node.exec("logger -t sshd 'a trace'; journalctl --sync");
  await attack("flood", `yes ${"x".repeat(999)}`);
  await expectUnharmed("a flood of logs");
  await ended("flood");
  expect((await node.exec("journalctl -q -o cat -t sshd")).stdout).toBe("a trace\n");
  const size = "du -sm --total /var/log/journal/*.unitlet.* /run/log/journal/*.unitlet.* 2>/dev/null | tail -n 1";
  expect(Number((await node.exec(size)).stdout.split("\t")[0])).toBeLessThan(64);
});

test("a limit of all pods that is below what they use waits, and kills none of them", async () => {
  const heavy = `exec perl -e '$| = 1; my $n = 100_000_000; my $x = "x" x $n; print "holds\\n"; sleep 1000'`;
  await node.run(pod(node, "heavy", shell(heavy)));
  const holds = async () => (await node.log("heavy")) === "holds\n";
  await node.machine.until(holds, { what: "its memory" });
  const ofHeavy = await node.invocation("heavy");
  const lower = 64 * 1024 ** 2;
  await set(`systemReserved = memory=${total - lower}`);
  await node.sync();
  expect(await memoryLimit(node, "/unitlet.slice")).toBe(MEMORY_OF_PODS);
  expect(await node.invocation("heavy")).toBe(ofHeavy);
  await node.kubectl("delete", "pod", "heavy", "--wait=false");
  const limit = () => memoryLimit(node, "/unitlet.slice");
  await node.machine.until(async () => [(await limit()) === lower, await limit()], { what: "the limit" });
});
