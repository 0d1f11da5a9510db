import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { installServingCertificate } from "../support/kubelet-client.ts";
import { pod, shell } from "../support/manifests.ts";
import { claim, localVolume } from "../support/volume-pods.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "usage", { settings: { kubeletIdleTimeout: "1s" } });
  await installServingCertificate(node);
  const script = "echo x >/tmp/x; i=0; while [ $i -lt 3000000 ]; do i=$((i+1)); done; exec sleep infinity";
  await node.run(pod(node, "busy", shell(script)));
  await node.container("busy", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

const raw = (path: string) => node.cluster.kubectl(["get", "--raw", `/api/v1/nodes/${node.name}/proxy${path}`]);

async function metrics(path = "/metrics/resource"): Promise<(name: string) => number> {
  const text = await raw(path);
  return (name) => Number(new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1]);
}

test("/metrics/resource has the usage of the node, each pod and each container", async () => {
  const before = await metrics();
  const labels = `{container="main",namespace="${node.namespace}",pod="busy"}`;
  const used = async () => (await metrics())(`container_cpu_usage_seconds_total${labels}`) > 0.2;
  await node.machine.until(used, { what: "CPU time of the container", every: 300 });
  const after = await metrics();
  expect(after("node_cpu_usage_seconds_total")).toBeGreaterThan(before("node_cpu_usage_seconds_total"));
  expect(after("node_memory_working_set_bytes")).toBeGreaterThan(1e7);
  expect(after(`container_memory_working_set_bytes${labels}`)).toBeGreaterThan(10_000);
  expect(after(`container_start_time_seconds${labels}`)).toBeGreaterThan(Date.now() / 1000 - 600);
  expect(after(`pod_cpu_usage_seconds_total${labels.replace('container="main",', "")}`)).toBeGreaterThan(0.2);
});

test("/stats/summary has the same, and rates", async () => {
  const { node: host, pods } = JSON.parse(await raw("/stats/summary"));
  expect(host).toMatchObject({ nodeName: "usage", cpu: { usageNanoCores: expect.any(Number) } });
  expect(host.fs.capacityBytes).toBeGreaterThan(host.fs.usedBytes);
  const uid = (await node.get("busy"))?.metadata?.uid;
  expect(pods).toMatchObject([
    {
      podRef: { name: "busy", namespace: node.namespace, uid },
      cpu: { usageCoreNanoSeconds: expect.any(Number) },
      containers: [{ name: "main", memory: { workingSetBytes: expect.any(Number) } }],
    },
  ]);
  expect(pods[0]["ephemeral-storage"].usedBytes).toBeGreaterThan(0);
  expect(pods[0].containers[0].rootfs.usedBytes).toBe(pods[0]["ephemeral-storage"].usedBytes);
});

test("/stats/summary has the numbers of the kernel's files: memory, page faults, processes", async () => {
  const { node: host, pods } = JSON.parse(await raw("/stats/summary"));
  const names = ["usageBytes", "workingSetBytes", "rssBytes", "pageFaults", "majorPageFaults"];
  const numbers = Object.fromEntries(names.map((name) => [name, expect.any(Number)]));
  expect(host).toMatchObject({ memory: numbers, swap: { swapUsageBytes: expect.any(Number) } });
  expect(pods).toMatchObject([
    { memory: numbers, process_stats: { process_count: 1 }, containers: [{ memory: numbers }] },
  ]);
  const group = await node.show("busy", "ControlGroup");
  // The program sleeps in the end, and the kernel adds up the numbers of its CPUs within seconds. Then they do not change any more.
  const poll = async () => {
    const { rssBytes, pageFaults } = JSON.parse(await raw("/stats/summary")).pods[0].containers[0].memory;
    const { stdout } = await node.exec(`cat $(find /sys/fs/cgroup -path "*${group}/memory.stat")`);
    const kernel = (name: string) => Number(new RegExp(`^(?:total_)?${name} (\\d+)$`, "m").exec(stdout)?.[1]);
    const seen = [rssBytes, pageFaults, kernel("rss") || kernel("anon"), kernel("pgfault")];
    return [seen[0] === seen[2] && seen[1] === seen[3], seen];
  };
  await node.machine.until(poll, { what: "the memory and the page faults that the kernel counts" });
});

test("/stats/summary has the pressure that the kernel counts for the node, the pod and the container", async () => {
  const total = async (file: string) =>
    Number(/^some .*total=(\d+)$/m.exec((await node.exec(`cat ${file}`)).stdout)?.[1]);
  const cgroup = async (path: string) =>
    total(`$(find /sys/fs/cgroup -maxdepth 9 -path "*${path}/cpu.pressure" | head -n 1)`);
  const group = await node.show("busy", "ControlGroup");
  const read = async () => [
    await total("/proc/pressure/cpu"),
    await cgroup(group.replace(/\/[^/]*$/, "")),
    await cgroup(group),
  ];
  const before = await read();
  const { node: host, pods } = JSON.parse(await raw("/stats/summary"));
  const after = await read();
  const parts = [host, pods[0], pods[0].containers[0]];
  for (const [at, part] of parts.entries()) {
    expect(part.cpu.psi.some.total).toBeGreaterThanOrEqual(before[at] ?? Number.NaN);
    expect(part.cpu.psi.some.total).toBeLessThanOrEqual(after[at] ?? Number.NaN);
    expect(part.memory.psi.full).toEqual({ total: expect.any(Number), ...AVERAGES });
    expect(part.io.psi.some).toEqual({ total: expect.any(Number), ...AVERAGES });
  }
});

const AVERAGES = { avg10: expect.any(Number), avg60: expect.any(Number), avg300: expect.any(Number) };

test("the file system of a claim's volume is in /metrics and /stats/summary, and the duration of the pod's start", async () => {
  const starts = async () =>
    [
      "kubelet_pod_start_duration_seconds_count",
      'kubelet_pod_worker_duration_seconds_count{operation_type="create"}',
    ].map(await metrics("/metrics"));
  await node.exec("mkdir -p /srv/local && mount -t tmpfs -o size=8M,nr_inodes=100 data /srv/local");
  await node.apply(localVolume(node), claim("data", { volumeName: `${node.namespace}-local` }));
  await node.machine.until(async () => (await starts())[0] === 1, { what: "the start of the pod before" });
  const [before = 0] = await starts();
  // The port keeps the sizes of files for 10 s. The pod below is newer than these.
  await raw("/stats/summary");
  const volumes = [{ name: "v", persistentVolumeClaim: { claimName: "data" } }];
  const volumeMounts = [{ name: "v", mountPath: "/run/v" }];
  const program = shell("head -c 1048576 /dev/zero >/run/v/file; exec sleep infinity", { volumeMounts });
  await node.run(pod(node, "claimed", program, { volumes }));
  const labels = `{namespace="${node.namespace}",persistentvolumeclaim="data"}`;
  const poll = async () => {
    const seen = await metrics("/metrics");
    const names = ["capacity_bytes", "available_bytes", "used_bytes", "inodes", "inodes_used"];
    const values = names.map((name) => seen(`kubelet_volume_stats_${name}${labels}`));
    return [values.join() === "8388608,7340032,1048576,100,2", values];
  };
  await node.machine.until(poll, { what: "the figures of the volume" });
  // A run counts at its end, after it has written where the volumes are.
  const counted = async () => {
    const seen = await starts();
    return [seen.every((each) => each === before + 1), seen];
  };
  await node.machine.until(counted, { what: "the start of one more pod" });
  const { pods } = JSON.parse(await raw("/stats/summary"));
  const own = pods.find((each: { podRef: { name: string } }) => each.podRef.name === "claimed");
  expect(own.volume).toMatchObject([
    { name: "v", pvcRef: { name: "data", namespace: node.namespace }, capacityBytes: 8_388_608, usedBytes: 1_048_576 },
  ]);
});
