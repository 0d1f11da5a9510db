import { describe, expect, test } from "vitest";
import type { Pod, PodSpec } from "../../../src/model/api/pod.ts";
import type { ClusterNetwork } from "../../../src/model/cni/cluster-network.ts";
import type { PodNetwork } from "../../../src/model/pod-network.ts";
import { decodeUnit } from "../../../src/unitfile/codec.ts";
import { CONFIG, container, pod, runnable, UID } from "../base.ts";

const CNI = { ...CONFIG, podNetwork: "cni" } as const;
const NONE: PodNetwork = { addresses: [], isHost: false, namespacePath: `/run/unitlet/pods/${UID}/sandbox/net` };
const NETWORK: PodNetwork = { ...NONE, addresses: ["10.87.0.2"] };
const NOT_READY: ClusterNetwork = { problem: "cni plugin not initialized" };

const having = (...capabilities: string[]): ClusterNetwork => ({
  list: {
    ...{ name: "pods", cniVersion: "1.0.0", disableGC: false, text: "{}", loadsFolder: true },
    plugins: [{ type: "bridge", capabilities, config: { type: "bridge", token: "secret" } }],
  },
});
const READY = having();
const own = (spec: Partial<PodSpec> = {}, annotations: Record<string, string> = {}): Pod => {
  const of = pod({ hostNetwork: false, ...spec });
  return { ...of, metadata: { ...of.metadata, annotations } };
};
const translated = (of: Pod, clusterNetwork: ClusterNetwork, network = NETWORK) =>
  runnable(of, { config: CNI, network, clusterNetwork });
const unitsOf = (...args: Parameters<typeof translated>) => translated(...args).auxiliaryUnits.map(({ name }) => name);
const SANDBOX = "unitlet-sandbox.shop.web.pod.service";

describe("a pod of the cluster's network", () => {
  test("waits without a sandbox until the network is ready, and says why", () => {
    const waiting = translated(own(), NOT_READY, NONE);
    expect([waiting.networkProblem, waiting.auxiliaryUnits]).toEqual(["cni plugin not initialized", []]);
    expect(waiting.containers.map(({ unit }) => unit)).toEqual([undefined]);
    expect(unitsOf(own(), READY, NONE)).toEqual([SANDBOX]);
  });

  test("keeps its sandbox when the network is not ready any more", () => {
    expect(unitsOf(own(), NOT_READY)).toEqual([SANDBOX]);
    expect(translated(own(), NOT_READY).networkProblem).toBeUndefined();
  });

  test("with hostNetwork it does not wait", () => {
    const onHost = { addresses: ["192.0.2.7"], isHost: true };
    expect(translated(own({ hostNetwork: true }), NOT_READY, onHost).networkProblem).toBeUndefined();
  });

  test("its sandbox does not depend on the configuration, which may have secrets", () => {
    const [before] = translated(own(), READY).auxiliaryUnits;
    const [after] = translated(own(), { list: { ...READY.list, name: "other" } } as ClusterNetwork).auxiliaryUnits;
    expect(after?.text).toBe(before?.text);
    expect(before?.text).not.toContain("secret");
  });
});

describe("capability arguments", () => {
  const wordsOf = (of: Pod, ...capabilities: string[]) => {
    const [sandbox] = translated(of, having(...capabilities)).auxiliaryUnits;
    const [start = ""] = decodeUnit(sandbox?.text ?? "").Service?.ExecStart ?? [];
    return start.slice(start.indexOf('"capabilities"'));
  };
  const ports = [{ containerPort: 80, hostPort: 8080 }];
  const rich = own(
    {
      containers: [container({ ports })],
      dnsPolicy: "None",
      dnsConfig: { nameservers: ["192.0.2.53"], searches: ["example.org"], options: [{ name: "ndots", value: "2" }] },
    },
    { "kubernetes.io/ingress-bandwidth": "1M" },
  );

  test.for<[string, string]>([
    ["portMappings", '[{\\"hostPort\\":8080,\\"containerPort\\":80,\\"protocol\\":\\"tcp\\"}]'],
    ["bandwidth", '{\\"ingressRate\\":1000000,\\"ingressBurst\\":2147483647}'],
    ["dns", '{\\"servers\\":[\\"192.0.2.53\\"],\\"searches\\":[\\"example.org\\"],\\"options\\":[\\"ndots:2\\"]}'],
    [
      "cgroupPath",
      `\\"/unitlet.slice/unitlet-besteffort.slice/unitlet-besteffort-pod${UID.replaceAll("-", "_")}.slice\\"`,
    ],
    ["io.kubernetes.cri.pod-annotations", '{\\"kubernetes.io/ingress-bandwidth\\":\\"1M\\"}'],
  ])("%s, for a plugin that takes it", ([name, value]) => {
    expect(wordsOf(rich, name)).toBe(`"capabilities" "${name}" "${value}"`);
  });

  test("a long one in parts, since the kernel refuses a word of 128 KiB", () => {
    const name = "io.kubernetes.cri.pod-annotations";
    const long = own({}, { long: "𝄞".repeat(65_000) });
    const parts = wordsOf(long, name).slice(`"capabilities" "${name}" "`.length, -1).split('" "+" "');
    expect(parts.every((part) => Buffer.byteLength(part) < 128 * 1024)).toBe(true);
    expect(parts.join("").replaceAll('\\"', '"')).toBe(JSON.stringify({ long: "𝄞".repeat(65_000) }));
  });

  test("without annotations that no line of a unit can have, which is told", () => {
    const name = "io.kubernetes.cri.pod-annotations";
    const odd = own({}, { odd: "\u0001".repeat(255 * 1024) });
    expect(wordsOf(odd, name)).toBe('"capabilities"');
    expect(translated(odd, having(name)).problems).toEqual([
      {
        severity: "ignore",
        path: "metadata.annotations",
        because: "are not given to the plugins of the network pods: they take more than 900 KiB in a unit",
        remedy: "shorten them, or write fewer quotes, backslashes and control characters",
      },
    ]);
  });

  test("none for a plugin that takes none", () => {
    expect(wordsOf(rich)).toBe('"capabilities"');
  });

  test("what no plugin takes is told", () => {
    const ignored = (network: ClusterNetwork) =>
      translated(rich, network).problems.map(({ severity, path, because }) => `${severity} ${path} ${because}`);
    expect(ignored(having("portMappings", "bandwidth"))).toEqual([]);
    expect(ignored(READY)).toEqual([
      "ignore spec.containers[app].ports[0].hostPort has no effect: no plugin of the network pods has the capability portMappings",
      "ignore metadata.annotations[kubernetes.io/…-bandwidth] has no effect: no plugin of the network pods has the capability bandwidth",
    ]);
    expect(ignored(NOT_READY)).toEqual([]);
  });
});
