import { describe, expect, test } from "vitest";
import type { Node, NodeCondition } from "../../../src/model/api/node.ts";
import type { Config } from "../../../src/model/host/config.ts";
import type { Host } from "../../../src/model/host/host.ts";
import { reportNode } from "../../../src/report/node/node.ts";
import { agoText, NOW, NOW_TEXT } from "../base.ts";
import { CONFIG, HOST } from "./base-host.ts";

interface Change {
  readonly config?: Partial<Config>;
  readonly host?: Partial<Host>;
  readonly existing?: Node | undefined;
  readonly now?: number;
}

function report({ config, host, existing = NODE, now = NOW }: Change) {
  return reportNode({ config: { ...CONFIG, ...config }, host: { ...HOST, ...host }, version: "0.1.0", existing, now });
}

const STRICT = "imagePulls = deny in /etc/unitlet/unitlet.conf";

const condition = (type: string, status: NodeCondition["status"], reason: string, message: string): NodeCondition => ({
  ...{ type, status, reason, message, lastHeartbeatTime: NOW_TEXT, lastTransitionTime: NOW_TEXT },
});

const CONDITIONS = [
  condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
  condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
  condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
  condition("ImageToolsReady", "False", "HostFilesOnly", `${STRICT}: pods run on the host's own files`),
  condition("PackagesReady", "False", "PackagesOff", `${STRICT}: no package is installed for a pod`),
  condition("Ready", "True", "KubeletReady", "unitlet is posting ready status"),
];

/** As it is created, and as the API server has it when nothing has changed since. */
const NODE: Node = {
  metadata: {
    name: "edge",
    labels: {
      "beta.kubernetes.io/arch": "amd64",
      "beta.kubernetes.io/os": "linux",
      "kubernetes.io/arch": "amd64",
      "kubernetes.io/hostname": "edge",
      "kubernetes.io/os": "linux",
    },
  },
  spec: { taints: [{ key: "unitlet.dev/host", effect: "NoSchedule" }] },
  status: {
    capacity: {
      cpu: "4",
      memory: "7948Mi",
      "ephemeral-storage": "30416743Ki",
      "hugepages-1Gi": "0",
      "hugepages-2Mi": "0",
      pods: "110",
    },
    allocatable: {
      cpu: "4",
      memory: "7848Mi",
      "ephemeral-storage": "28032070349",
      "hugepages-1Gi": "0",
      "hugepages-2Mi": "0",
      pods: "110",
    },
    conditions: CONDITIONS,
    addresses: [
      { type: "InternalIP", address: "192.0.2.7" },
      { type: "Hostname", address: "edge.example.org" },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      machineID: HOST.machineID,
      systemUUID: HOST.systemUUID,
      bootID: HOST.bootID,
      kernelVersion: "6.1.0-30-amd64",
      osImage: "Debian GNU/Linux 12 (bookworm)",
      containerRuntimeVersion: "systemd://252",
      kubeletVersion: "v1.36.3-unitlet.0.1.0",
      kubeProxyVersion: "",
      operatingSystem: "linux",
      architecture: "amd64",
    },
    declaredFeatures: ["ExtendWebSocketsToKubelet", "RestartAllContainersOnContainerExits"],
  },
};

const with_ = (status: Partial<NonNullable<Node["status"]>>): Node => ({
  ...NODE,
  status: { ...NODE.status, ...status },
});
const patch = (status: object) => ({ statusPatch: { status: { ...status, conditions: CONDITIONS } } });

describe("reportNode()", () => {
  test("creates a Node that is not there", () => {
    expect(reportNode({ config: CONFIG, host: HOST, version: "0.1.0", existing: undefined, now: NOW })).toEqual({
      create: NODE,
    });
  });

  test("creates it without a taint when the configuration says so", () => {
    const { spec: _, ...untainted } = NODE;
    const config = { ...CONFIG, taint: false };
    expect(reportNode({ config, host: HOST, version: "0.1.0", existing: undefined, now: NOW })).toEqual({
      create: untainted,
    });
  });

  test("says nothing while nothing changes", () => {
    expect(report({ now: NOW + 299_000 })).toEqual({});
  });

  test("repeats its conditions after five minutes", () => {
    const lastHeartbeatTime = "2026-01-02T03:09:05Z";
    const conditions = CONDITIONS.map((each) => ({ ...each, lastHeartbeatTime }));
    expect(report({ now: NOW + 300_000 })).toEqual({ statusPatch: { status: { conditions } } });
  });

  test("does not put back a taint that somebody lifted", () => {
    expect(report({ existing: { ...NODE, spec: {} } })).toEqual({});
  });

  test("puts its own labels back and leaves the others", () => {
    const labels = { ...NODE.metadata.labels, "kubernetes.io/os": "plan9", "example.org/theirs": "x" };
    const existing = { ...NODE, metadata: { ...NODE.metadata, labels } };
    expect(report({ existing, config: { nodeLabels: { site: "north" } } })).toEqual({
      metadataPatch: { metadata: { labels: { "kubernetes.io/os": "linux", site: "north" } } },
    });
  });
});

describe("resources", () => {
  test("are less what is reserved", () => {
    const config = { systemReserved: { cpu: 500, memory: 1024 ** 3, ephemeralStorage: 0, pids: 0 } };
    expect(report({ config })).toEqual(patch({ allocatable: { cpu: "3500m", memory: "6824Mi" } }));
  });

  test("that shrink by less than a hundredth are the same", () => {
    expect(report({ host: { memoryTotal: HOST.memoryTotal * 0.995, diskTotal: HOST.diskTotal * 1.005 } })).toEqual({});
  });

  test("of other writers stay, allocatable as they are", () => {
    const capacity = { ...NODE.status?.capacity, "example.org/dongle": "2" };
    expect(report({ existing: with_({ capacity }) })).toEqual(patch({ allocatable: { "example.org/dongle": "2" } }));
  });
});

describe("addresses", () => {
  test("are replaced whole, one of each family", () => {
    const addresses = [
      { type: "InternalIP", address: "192.0.2.7" },
      { type: "InternalIP", address: "2001:db8::7" },
      { type: "Hostname", address: "edge.example.org" },
    ];
    expect(report({ host: { addresses: ["192.0.2.7", "192.0.2.8", "2001:db8::7"] } })).toEqual(
      patch({ addresses: [...addresses, { $patch: "replace" }] }),
    );
  });
});

describe("nodeInfo", () => {
  test("takes away swap that was turned off", () => {
    const existing = with_({ nodeInfo: { ...NODE.status?.nodeInfo, swap: { capacity: 1024 } } });
    expect(report({ existing })).toEqual(patch({ nodeInfo: { swap: null } }));
  });

  test("keeps the version of a systemd that does not answer", () => {
    const { systemdVersion: _, ...host } = HOST;
    expect(reportNode({ config: CONFIG, host, version: "0.1.0", existing: NODE, now: NOW })).toEqual({});
  });
});

describe("declared features", () => {
  const { declaredFeatures: _, ...forgetful } = NODE.status ?? {};
  const existing = { ...NODE, status: forgetful };

  test("are no reason to write: an API server that does not know of them forgets them", () => {
    expect(report({ existing })).toEqual({});
  });

  test("are told along with anything else", () => {
    const daemonEndpoints = { kubeletEndpoint: { Port: 10251 } };
    expect(report({ existing, config: { kubeletPort: 10251 } })).toEqual(
      patch({
        daemonEndpoints,
        declaredFeatures: ["ExtendWebSocketsToKubelet", "RestartAllContainersOnContainerExits"],
      }),
    );
  });
});

test("what others wrote into the status is not in the patch", () => {
  const theirs = { type: "NetworkUnavailable", status: "False", lastTransitionTime: agoText(9) } as const;
  const existing = with_({ conditions: [theirs, ...CONDITIONS] });
  expect(report({ existing, config: { kubeletPort: 10251 } })).toEqual(
    patch({ daemonEndpoints: { kubeletEndpoint: { Port: 10251 } } }),
  );
});
