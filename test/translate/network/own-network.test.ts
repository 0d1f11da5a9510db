import { describe, expect, test } from "vitest";
import type { Pod, PodSpec } from "../../../src/model/api/pod.ts";
import type { PodNetwork } from "../../../src/model/pod-network.ts";
import { portConflicts } from "../../../src/translate/network/ports.ts";
import { forbiddenSysctl } from "../../../src/translate/security/sysctls.ts";
import { decodeUnit } from "../../../src/unitfile/codec.ts";
import { CONFIG, container, directive, pod, runnable, UID, waiting } from "../base.ts";

const BRIDGE = { ...CONFIG, podNetwork: "bridge" } as const;
const namespacePath = `/run/unitlet/pods/${UID}/sandbox/net`;
const NONE: PodNetwork = { addresses: [], isHost: false, namespacePath };
const NETWORK: PodNetwork = { ...NONE, addresses: ["10.86.0.2"] };
const SANDBOX = "unitlet-sandbox.shop.web.pod.service";

const own = (spec: Partial<PodSpec> = {}): Pod => pod({ hostNetwork: false, ...spec });
const translated = (of = own(), network = NETWORK) => runnable(of, { config: BRIDGE, network });
const unitOf = (of?: Pod, network?: PodNetwork) => {
  const text = translated(of, network).containers[0]?.unit?.text;
  return text === undefined ? undefined : decodeUnit(text);
};
const sandboxOf = (of?: Pod) => decodeUnit(translated(of).auxiliaryUnits[0]?.text ?? "");

describe("a container of a pod with its own network", () => {
  test("runs on the host's files in the namespace that the sandbox holds", () => {
    const { Unit = {}, Service = {} } = unitOf() ?? {};
    expect([Unit.Requires, Unit.After?.includes(SANDBOX)]).toEqual([[SANDBOX], true]);
    expect(Service.NetworkNamespacePath).toEqual([namespacePath]);
  });

  test("has the pod's address in /etc/hosts", () => {
    expect(translated().files.find(({ name }) => name === "hosts")?.text).toContain("10.86.0.2\tweb\n");
  });

  test("waits for the address without a unit, and says no reason of its own", () => {
    expect(unitOf(own(), NONE)).toBeUndefined();
    expect(waiting(own(), { config: BRIDGE, network: NONE })).toBeUndefined();
  });

  test("restarts for another address, and for no other reason than on the host", () => {
    const hash = (network: PodNetwork) => translated(own(), network).containers[0]?.unit?.identity.specHash;
    expect(hash({ ...NETWORK, addresses: ["10.86.0.3"] })).not.toBe(hash(NETWORK));
    expect(runnable(pod(), { config: BRIDGE }).containers[0]?.unit?.text).toBe(
      runnable(pod()).containers[0]?.unit?.text,
    );
  });

  test("on the host's network it has neither", () => {
    expect([directive(pod(), "NetworkNamespacePath"), directive(pod(), "Requires")]).toEqual([[], []]);
  });

  test("its sockets are in the namespace", () => {
    const annotations = { "unitlet.dev/listen": "80" };
    const of = { ...own(), metadata: { ...own().metadata, annotations } };
    const texts = translated(of).auxiliaryUnits.map(({ text }) => decodeUnit(text));
    const sockets = texts.flatMap(({ Unit, Socket }) =>
      Socket === undefined ? [] : [[Unit?.Requires, Socket.NetworkNamespacePath]],
    );
    expect(sockets).toEqual([[[SANDBOX], [namespacePath]]]);
  });
});

const DEFAULTS = '"--sysctl=net/ipv4/ip_unprivileged_port_start=0" "--sysctl=net/ipv4/ping_group_range=0 2147483647"';

describe("the sandbox of a pod with its own network", () => {
  test("has it alone when all containers are on the host's files", () => {
    const [start] = sandboxOf().Service?.ExecStart ?? [];
    expect(start).toMatch(
      new RegExp(`^:"/lib/unitlet/pod-sandbox" "${UID}" "up" "--net" ${DEFAULTS} "--" "IgnoreUnknown=1;`),
    );
    expect(start).toMatch(/ "bridge" "\{.*10\.86\.0\.0\/24.*\}"$/);
  });

  test("takes its address from the Node's podCIDRs, which are no part of its hash", () => {
    const [before] = translated().auxiliaryUnits;
    const [after] = runnable(own(), { config: BRIDGE, network: NETWORK, podCIDRs: ["10.244.3.0/24"] }).auxiliaryUnits;
    expect(after?.text).toMatch(/10\.244\.3\.0\/24/);
    expect(after?.identity.specHash).toBe(before?.identity.specHash);
  });

  test("sets kernel parameters of the network", () => {
    const sysctls = [
      { name: "net.ipv4.ip_unprivileged_port_start", value: "1024" },
      { name: "kernel.shm_rmid_forced", value: "1" },
    ];
    const of = own({ securityContext: { sysctls } });
    expect(forbiddenSysctl(of, BRIDGE)).toBeUndefined();
    expect(forbiddenSysctl({ ...of, spec: { ...of.spec, hostNetwork: true } }, BRIDGE)?.message).toBe(
      'forbidden sysctl: "net.ipv4.ip_unprivileged_port_start" not allowed with host Net enabled',
    );
    const network =
      '"--net" "--sysctl=net/ipv4/ip_unprivileged_port_start=1024" "--sysctl=net/ipv4/ping_group_range=0 2147483647" "--"';
    expect(sandboxOf(of).Service?.ExecStart?.[0]).toContain(`"up" ${network}`);
    const onImage = {
      ...of,
      spec: { ...of.spec, containers: [container(), container({ name: "b", image: "app:1" })] },
    };
    expect(sandboxOf(onImage).Service?.ExecStart?.[0]).toContain(
      `"up" "--ipc" "--sysctl=kernel/shm_rmid_forced=1" "--uts=web" ${network}`,
    );
  });
});

describe("ports", () => {
  const having = (name: string, port: object, spec: Partial<PodSpec> = {}) => {
    const ports = [{ containerPort: 80, ...port }];
    return {
      ...own({ containers: [container({ ports })], ...spec }),
      metadata: { name, namespace: "shop", uid: name },
    };
  };
  const conflicts = (...pods: Pod[]) => [...portConflicts(pods, BRIDGE)].map(([uid, { kind }]) => [uid, kind]);

  test("a port of the host may lead to another one of the pod", () => {
    expect(
      translated(own({ containers: [container({ ports: [{ containerPort: 80, hostPort: 8080 }] })] })).problems,
    ).toEqual([]);
  });

  test("an address of the host may be named", () => {
    const ports = [{ containerPort: 80, hostPort: 80, hostIP: "192.0.2.7" }];
    expect(translated(own({ containers: [container({ ports })] })).problems).toEqual([]);
    expect(runnable(pod({ containers: [container({ ports })] })).problems).toEqual([
      {
        severity: "ignore",
        path: "spec.containers[app].ports[0].hostIP",
        because: "is ignored: the program chooses the address that it listens on",
        remedy: "configure the address in the program",
      },
    ]);
  });

  test.for<[string, Pod, object[]]>([
    ["the same port of another pod", having("b", {}), []],
    ["another port of the host", having("b", { hostPort: 8081 }), []],
    ["the same port of the host", having("b", { containerPort: 81, hostPort: 8080 }), [["b", "reject"]]],
    ["that port on the host's network", having("b", { containerPort: 8080 }, { hostNetwork: true }), [["b", "warn"]]],
  ])("%s", ([, other, expected]) => {
    expect(conflicts(having("a", { hostPort: 8080 }), other)).toEqual(expected);
  });

  test("the same port of the host, with hostNetwork = required as well", () => {
    const pods = [having("a", { hostPort: 8080 }), having("b", { hostPort: 8080 })];
    const found = portConflicts(pods, { ...BRIDGE, hostNetwork: "required" });
    expect([...found].map(([uid, { kind }]) => [uid, kind])).toEqual([["b", "reject"]]);
  });
});
