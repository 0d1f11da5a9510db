import type { V1Node } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { hardware } from "../support/hardware.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let cluster: Cluster;
let node: Node;
let invocation: string;

beforeAll(async () => {
  cluster = await Cluster.up();
  node = await Node.join(cluster, "node");
  await node.run(pod(node, "main", SLEEP));
  await node.container("main", ({ ready }) => ready);
  invocation = await node.invocation("main");
});

afterAll(() => node[Symbol.asyncDispose]());

async function getNode(name = "node"): Promise<V1Node> {
  return (await cluster.get("node", name)) as V1Node;
}

function bytes(quantity = ""): number {
  const [, digits, unit = ""] = /^(\d+)(Ki|Mi|Gi)?$/.exec(quantity) ?? [];
  return Number(digits) * 1024 ** ["", "Ki", "Mi", "Gi"].indexOf(unit);
}

const arch = { x64: "amd64", arm64: "arm64" }[process.arch as string];

describe("the Node object", () => {
  test("kubectl shows it as a node that is ready", async () => {
    const columns = (await cluster.kubectl(["get", "node", "node", "-o", "wide", "--no-headers"])).split(/\s{2,}/);
    const [name, status, roles, , version, address] = columns;
    expect([name, status, roles, address]).toEqual(["node", "Ready", "<none>", node.machine.address]);
    expect(version).toMatch(/^v1\.36\.\d+-unitlet\.\d+\.\d+\.\d+$/);
    expect(columns.at(-1)?.trim()).toMatch(/^systemd:\/\/\d+/);
  });

  test("labels and taint", async () => {
    const { metadata, spec } = await getNode();
    expect(metadata?.labels).toEqual({
      "beta.kubernetes.io/arch": arch,
      "beta.kubernetes.io/os": "linux",
      "kubernetes.io/arch": arch,
      "kubernetes.io/hostname": "node",
      "kubernetes.io/os": "linux",
    });
    expect(spec?.taints).toEqual([{ key: "unitlet.dev/host", effect: "NoSchedule" }]);
  });

  test("addresses of both families, and the host's name", async () => {
    expect((await getNode()).status?.addresses).toEqual([
      { type: "InternalIP", address: node.machine.address },
      { type: "InternalIP", address: expect.stringMatching(/^fd75:6e69:74::/) },
      { type: "Hostname", address: "node" },
    ]);
  });

  test("capacity", async () => {
    const { capacity, allocatable, daemonEndpoints } = (await getNode()).status ?? {};
    const { cpus, memory } = await hardware(node);
    expect(capacity).toMatchObject({
      cpu: String(cpus),
      pods: "110",
      "ephemeral-storage": expect.stringMatching(/^\d+/),
    });
    expect(bytes(capacity?.memory)).toBe(memory);
    expect(bytes(allocatable?.memory)).toBe(memory - 100 * 2 ** 20);
    expect(daemonEndpoints).toEqual({ kubeletEndpoint: { Port: 10250 } });
  });

  test("conditions", async () => {
    const conditions = (await getNode()).status?.conditions?.map(({ type, status, reason }) => [type, status, reason]);
    expect(conditions).toEqual([
      ["MemoryPressure", "False", "KubeletHasSufficientMemory"],
      ["DiskPressure", "False", "KubeletHasNoDiskPressure"],
      ["PIDPressure", "False", "KubeletHasSufficientPID"],
      ["ProcessesFenced", "True", "LandlockFound"],
      ["ImageToolsReady", "True", expect.stringMatching(/^ImageTools(Found|Vulnerable)$/)],
      ["PackagesReady", "True", "AptFound"],
      ["Ready", "True", "KubeletReady"],
    ]);
  });

  test("as the configuration has it", async () => {
    const settings = {
      taint: "no",
      maxPods: "7",
      systemReserved: "cpu=500m",
      nodeLabels: "disk=ssd,example.com/rack=r1",
      nodeIP: "10.9.8.7",
    };
    await using other = await Node.join(cluster, "node-other", { settings });
    const { metadata, spec, status } = await getNode(other.name);
    expect(metadata?.labels).toMatchObject({ disk: "ssd", "example.com/rack": "r1" });
    expect(spec?.taints).toBeUndefined();
    expect(status?.addresses?.[0]).toEqual({ type: "InternalIP", address: "10.9.8.7" });
    expect(status?.allocatable).toMatchObject({ pods: "7", cpu: `${(await hardware(node)).cpus * 1000 - 500}m` });
  });
});

test("what others write on the Node stays", async () => {
  await cluster.kubectl(["label", "node", "node", "team=blue", "kubernetes.io/os-"]);
  await cluster.kubectl(["annotate", "node", "node", "note=kept"]);
  await cluster.kubectl(["taint", "node", "node", "unitlet.dev/host-", "busy=yes:NoSchedule"]);
  const condition = {
    type: "GpuOk",
    status: "True",
    reason: "Test",
    message: "two of them",
    lastHeartbeatTime: "2026-01-01T00:00:00Z",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  };
  const capacity = { "example.com/gpu": "2" };
  await cluster.kubectl([
    "patch",
    "node",
    "node",
    "--subresource=status",
    `--patch=${JSON.stringify({ status: { capacity, conditions: [condition] } })}`,
  ]);
  await node.syncWithoutCache();
  const { metadata, spec, status } = await getNode();
  // Our own comes back.
  expect(metadata?.labels).toMatchObject({ team: "blue", "kubernetes.io/os": "linux" });
  expect(metadata?.annotations).toMatchObject({ note: "kept" });
  expect(spec?.taints).toEqual([{ key: "busy", value: "yes", effect: "NoSchedule" }]);
  expect(status?.conditions).toContainEqual(condition);
  expect(status?.capacity).toMatchObject(capacity);
  expect(status?.allocatable).toMatchObject(capacity);
});

test("the lease belongs to the Node and is renewed long before it is over, though nothing else is to be said", async () => {
  const lease = async () => (await cluster.get("lease", "node", "kube-node-lease")) ?? {};
  const renewed = async () => Date.parse(String((await lease()).spec?.renewTime));
  const { metadata, spec } = await lease();
  expect(metadata?.ownerReferences).toEqual([
    { apiVersion: "v1", kind: "Node", name: "node", uid: (await getNode()).metadata?.uid },
  ]);
  expect(spec).toMatchObject({ holderIdentity: "node", leaseDurationSeconds: 40 });
  const version = (await getNode()).metadata?.resourceVersion;
  await node.exec("systemctl stop unitlet-sync.timer unitlet-sync.path");
  await node.sync();
  const first = await renewed();
  // The next run takes the lease for 11 s old, of the 40 s that it is valid.
  await node.exec("touch -d '-11 seconds' /run/unitlet/lease /run/unitlet/lease-renewed");
  await node.sync();
  const second = await renewed();
  expect(second).toBeGreaterThan(first);
  await node.exec("systemctl start unitlet-sync.timer unitlet-sync.path");
  await node.machine.until(async () => (await renewed()) > second, { what: "a lease renewed by the timer's run" });
  expect((await getNode()).metadata?.resourceVersion).toBe(version);
});

test("a deleted Node object is created again, and its pods run on", async () => {
  const uid = (await getNode()).metadata?.uid;
  await cluster.kubectl(["delete", "node", "node"]);
  await node.syncWithoutCache();
  await cluster.kubectl(["wait", "--for=condition=Ready", "node/node", "--timeout=150s"]);
  expect((await getNode()).metadata?.uid).not.toBe(uid);
  expect(await node.invocation("main")).toBe(invocation);
});

test("without D-Bus the node is not ready and says why; with it, it is ready again, and the pods ran on", async () => {
  await node.exec("systemctl stop dbus.socket dbus.service");
  const isTold = async () => {
    await node.syncWithoutCache({ allowFailure: true });
    const ready = (await getNode()).status?.conditions?.find(({ type }) => type === "Ready");
    const isNot = ready?.status === "False" && ready.reason === "SystemdNotUsable";
    return [isNot && /D-Bus|system_bus_socket/.test(ready.message ?? ""), ready];
  };
  await node.machine.until(isTold, { what: "a node that is not ready" });
  await node.exec("systemctl start dbus.socket");
  await back();
  await cluster.kubectl(["wait", "--for=condition=Ready", "node/node", "--timeout=150s"]);
  expect(await node.invocation("main")).toBe(invocation);
  expect(await node.journal()).toMatch(/cannot talk to systemd because=".*"/);
});

test("runs that fail have renewed the lease before", async () => {
  const renewed = async () =>
    Date.parse(String((await cluster.get("lease", "node", "kube-node-lease"))?.spec?.renewTime));
  await node.exec("systemctl stop dbus.socket dbus.service");
  await node.syncWithoutCache({ allowFailure: true });
  const first = await renewed();
  await node.machine.until(async () => (await renewed()) > first, { what: "a new lease", every: 500 });
  // The last three lines are of one failed run, or of two while the failure is being reported.
  const { stdout } = await node.exec("journalctl --sync; journalctl -u unitlet-sync -n 3 -o cat _PID=1");
  await node.exec("systemctl start dbus.socket");
  expect(stdout).toContain("Failed to start");
  await back();
});

/** systemd has to come to the bus first. */
async function back(): Promise<void> {
  await node.machine.until(() => node.syncWithoutCache().then(() => true), { what: "a run that can talk to systemd" });
}
