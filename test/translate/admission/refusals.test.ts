import { describe, expect, test } from "vitest";
import type { Node } from "../../../src/model/api/node.ts";
import type { Container, Pod, PodSpec } from "../../../src/model/api/pod.ts";
import type { Config } from "../../../src/model/host/config.ts";
import { translateAll } from "../../../src/translate/all.ts";
import { bare } from "../../diff/base.ts";
import { CONFIG, container, HOST, pod } from "../base.ts";

const NODE: Node = {
  metadata: { name: "edge", labels: { "kubernetes.io/os": "linux" } },
  status: { allocatable: { "example.com/dongle": "2" } },
};

interface Case {
  readonly spec?: Partial<PodSpec> & Readonly<Record<string, unknown>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly config?: Partial<Config>;
  readonly node?: Node;
  readonly others?: readonly Pod[];
}

/** Returns the reason and the message with which the node refuses the pod; undefined when it lets it in. */
function refusal({ spec = {}, labels = {}, config = {}, node = NODE, others = [] }: Case): object | undefined {
  const made = pod({ hostNetwork: true, ...spec }, { labels });
  const world = { ...bare(...others, made), config: { ...CONFIG, ...config }, node };
  const of = translateAll(world, "/lib/unitlet").find((each) => each.pod.metadata.uid === made.metadata.uid);
  return of?.kind === "rejected" ? { reason: of.reason, message: of.message } : undefined;
}

const asking = (resources: Container["resources"]) => ({ containers: [container(resources && { resources })] });
const sysctl = (name: string, spec: Partial<PodSpec> = {}) => ({
  securityContext: { sysctls: [{ name, value: "1" }] },
  ...spec,
});
const running = (spec: Partial<PodSpec>): Pod => ({
  ...pod(spec, { uid: "other", name: "other" }),
  status: { phase: "Running", startTime: "2026-01-01T00:00:00Z" },
});
const outOf = (resource: string, requested: number, used: number, capacity: number) => ({
  reason: `OutOf${resource}`,
  message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
});
const forbidden = (why: string) => ({ reason: "SysctlForbidden", message: `forbidden sysctl: ${why}` });
const pressed = (type: string): Node => ({ ...NODE, status: { conditions: [{ type, status: "True" }] } });
const profile = (type: "Localhost" | "RuntimeDefault" | "Unconfined") => ({
  securityContext: { appArmorProfile: { type, ...(type === "Localhost" && { localhostProfile: "strict" }) } },
});

describe("the kubelet's own words for a pod that the node refuses", () => {
  test.for<[what: string, case_: Case, expected: object | undefined]>([
    ["nothing to refuse", {}, undefined],
    [
      "the node lacks memory and the pod asks for none",
      { node: pressed("MemoryPressure") },
      { reason: "Evicted", message: "The node had condition: [MemoryPressure]. " },
    ],
    ["an unsafe sysctl", { spec: sysctl("kernel.msgmax") }, forbidden('"kernel.msgmax" not allowlisted')],
    ["a sysctl of the host", { spec: sysctl("vm.swappiness") }, forbidden('"vm.swappiness" not allowlisted')],
    [
      "a safe sysctl of IPC, with the host's IPC",
      { spec: sysctl("kernel.shm_rmid_forced", { hostIPC: true }) },
      forbidden('"kernel.shm_rmid_forced" not allowed with host IPC enabled'),
    ],
    [
      "a safe sysctl of the network, with the host's network",
      { spec: sysctl("net.ipv4.tcp_syncookies") },
      forbidden('"net.ipv4.tcp_syncookies" not allowed with host Net enabled'),
    ],
    [
      "the same, by a pod that asks for a network of its own",
      { spec: sysctl("net/ipv4/tcp_syncookies", { hostNetwork: false }) },
      forbidden(
        '"net.ipv4.tcp_syncookies" not allowed with host Net enabled: all pods of this node have the host\'s network',
      ),
    ],
    ["a safe sysctl of IPC", { spec: sysctl("kernel.shm_rmid_forced") }, undefined],
    [
      "an unsafe sysctl that the node allows by name",
      { spec: sysctl("kernel.msgmax"), config: { allowedUnsafeSysctls: ["kernel/msgmax"] } },
      undefined,
    ],
    [
      "an unsafe sysctl that the node allows by its beginning",
      { spec: sysctl("fs.mqueue.msg_max"), config: { allowedUnsafeSysctls: ["fs.mqueue.*"] } },
      undefined,
    ],
    [
      "a sysctl of the host, whatever the node allows",
      { spec: sysctl("vm.swappiness"), config: { allowedUnsafeSysctls: ["vm.*"] } },
      forbidden('"vm.swappiness" not allowlisted'),
    ],
    [
      "a label of another operating system",
      { labels: { "kubernetes.io/os": "windows" } },
      {
        reason: "PodOSSelectorNodeLabelDoesNotMatch",
        message: "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
      },
    ],
    [
      "another operating system",
      { spec: { os: { name: "windows" } } },
      { reason: "PodOSNotSupported", message: "Failed to admit pod as the OS field doesn't match node OS" },
    ],
    ["too many pods", { config: { maxPods: 1 }, others: [running({})] }, outOf("pods", 1, 1, 1)],
    ["cpu", { spec: asking({ requests: { cpu: "5" } }) }, outOf("cpu", 5000, 0, 4000)],
    [
      "huge pages",
      { spec: asking({ limits: { "hugepages-2Mi": "4Mi", memory: "1Mi" } }) },
      outOf("hugepages-2Mi", 4 * 1024 ** 2, 0, 0),
    ],
    ["no huge pages", { spec: asking({ limits: { "hugepages-2Mi": "0" } }) }, undefined],
    [
      "a resource that an administrator has given to the node",
      {
        spec: asking({ limits: { "example.com/dongle": "2" } }),
        others: [running(asking({ limits: { "example.com/dongle": "1" } }))],
      },
      outOf("example.com/dongle", 2, 1, 2),
    ],
    ["the same, as long as there is one", { spec: asking({ limits: { "example.com/dongle": "2" } }) }, undefined],
    ["no device", { spec: asking({ limits: { "example.com/gpu": "0" } }) }, undefined],
    [
      "too large a critical pod",
      { spec: { ...asking({ requests: { cpu: "5" } }), priority: 2_000_000_000 } },
      {
        reason: "UnexpectedAdmissionError",
        message:
          "Unexpected error while attempting to recover from admission failure: preemption: error finding a set of pods to preempt: no set of running pods found to reclaim resources: [(res: cpu, q: 1000), ]",
      },
    ],
    [
      "a selector",
      { spec: { nodeSelector: { disk: "ssd" } } },
      {
        reason: "NodeAffinity",
        message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
      },
    ],
    [
      "a taint",
      { node: { ...NODE, spec: { taints: [{ key: "repair", effect: "NoExecute" }] } } },
      {
        reason: "TaintToleration",
        message: "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
      },
    ],
    [
      "a port that another pod has",
      {
        spec: { containers: [container({ ports: [{ containerPort: 80, hostPort: 80 }] })] },
        others: [running({ containers: [container({ ports: [{ containerPort: 80, hostPort: 80 }] })] })],
      },
      {
        reason: "NodePorts",
        message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
      },
    ],
    [
      "an AppArmor profile on a host without AppArmor",
      { spec: profile("Localhost") },
      { reason: "AppArmor", message: "Cannot enforce AppArmor: AppArmor is not enabled on the host" },
    ],
    [
      "the runtime's AppArmor profile on a host without AppArmor",
      { spec: profile("RuntimeDefault") },
      { reason: "AppArmor", message: "Cannot enforce AppArmor: AppArmor is not enabled on the host" },
    ],
    ["no AppArmor profile", { spec: profile("Unconfined") }, undefined],
  ])("%s", ([, case_, expected]) => {
    expect(refusal(case_)).toEqual(expected);
  });
});

test("a device that the node does not offer is this node's own refusal: the kubelet would run the pod without it", () => {
  expect(refusal({ spec: asking({ limits: { "example.com/gpu": "1" } }) })).toEqual({
    reason: "UnsupportedField",
    message:
      "spec.containers.resources.requests.example.com/gpu is a device or a resource that this node does not offer, and it has no device plugins: remove the field, or run the pod on another node",
  });
});

test("a pod that was let in is not refused later", () => {
  const before = {
    ...pod(sysctl("kernel.msgmax")),
    status: { phase: "Running", startTime: "2026-01-01T00:00:00Z" },
  } as const;
  expect(translateAll({ ...bare(before), host: HOST }, "/lib/unitlet").map(({ kind }) => kind)).toEqual(["runnable"]);
});
