import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { installServingCertificate } from "../support/kubelet-client.ts";
import { pod, shell } from "../support/manifests.ts";

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

async function metrics(): Promise<(name: string) => number> {
  const text = await raw("/metrics/resource");
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
