import { describe, expect, test } from "vitest";
import type { ContainerPort, Pod } from "../../../src/model/api/pod.ts";
import { portConflicts } from "../../../src/translate/network/ports.ts";
import { CONFIG, container, pod, podOf, translate } from "../base.ts";

const TAKEN = {
  kind: "reject",
  message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
};
const SAID = {
  kind: "warn",
  path: "spec.containers[app].ports[80]",
  because: "is declared by pod shop/old too, and both are on the host's network: the later one will fail to listen",
};

function older(port: Partial<ContainerPort>): Pod {
  return having("old", "2026-01-01T00:00:00Z", port);
}

function newer(port: Partial<ContainerPort>): Pod {
  return having("new", "2026-01-02T00:00:00Z", port);
}

function having(name: string, creationTimestamp: string, port: Partial<ContainerPort>): Pod {
  const ports = [{ containerPort: 80, ...port }];
  return pod({ containers: [container({ ports })] }, { name, uid: name, creationTimestamp });
}

const started = (of: Pod): Pod => ({ ...of, status: { startTime: "2026-01-02T00:00:01Z" } });

describe("portConflicts()", () => {
  const cases: [string, readonly Pod[], Record<string, object>][] = [
    ["of other ports", [older({ containerPort: 81 }), newer({})], {}],
    ["of other protocols", [older({ protocol: "UDP" }), newer({ protocol: "TCP" })], {}],
    ["of the protocol that goes without saying", [older({}), newer({ protocol: "TCP" })], { new: SAID }],
    ["of ports that both declare", [older({}), newer({})], { new: SAID }],
    ["of ports that both ask the host for", [older({ hostPort: 80 }), newer({ hostPort: 80 })], { new: TAKEN }],
    ["of a port that the older one only declares", [older({}), newer({ hostPort: 80 })], { new: SAID }],
    ["of a port that the newer one only declares", [older({ hostPort: 80 }), newer({})], { new: SAID }],
    ["whatever the order of the list", [newer({ hostPort: 80 }), older({ hostPort: 80 })], { new: TAKEN }],
    [
      "of the one that does not run yet, though it is older",
      [older({ hostPort: 80 }), started(newer({ hostPort: 80 }))],
      { old: TAKEN },
    ],
    ["of two that run already", [started(older({ hostPort: 80 })), started(newer({ hostPort: 80 }))], { new: SAID }],
    [
      "of the same port on other addresses",
      [older({ hostPort: 80, hostIP: "192.0.2.1" }), newer({ hostPort: 80, hostIP: "192.0.2.2" })],
      {},
    ],
    [
      "of the same port on the same address",
      [older({ hostPort: 80, hostIP: "192.0.2.1" }), newer({ hostPort: 80, hostIP: "192.0.2.1" })],
      { new: TAKEN },
    ],
    [
      "of the same port on one address and on all",
      [older({ hostPort: 80, hostIP: "192.0.2.1" }), newer({ hostPort: 80, hostIP: "0.0.0.0" })],
      { new: TAKEN },
    ],
  ];

  test.for(cases)("%s", ([, pods, expected]) => {
    expect(Object.fromEntries(portConflicts(pods, CONFIG))).toEqual(expected);
  });

  test("none within one pod", () => {
    const ports = [{ containerPort: 80, hostPort: 80 }];
    const twice = pod({ containers: [container({ ports }), container({ name: "other", ports })] });
    expect(portConflicts([twice], CONFIG).size).toBe(0);
  });

  test("a pod that is turned away takes no port from others", () => {
    const both = [
      { containerPort: 80, hostPort: 80 },
      { containerPort: 81, hostPort: 81 },
    ];
    const refused = pod(
      { containers: [container({ ports: both })] },
      { name: "new", uid: "new", creationTimestamp: "2026-01-02T00:00:00Z" },
    );
    const last = having("last", "2026-01-03T00:00:00Z", { containerPort: 81, hostPort: 81 });
    expect(Object.fromEntries(portConflicts([older({ hostPort: 80 }), refused, last], CONFIG))).toEqual({ new: TAKEN });
  });

  test("the worst of several is told: a taken port before one that is only declared", () => {
    const ports = [{ containerPort: 80 }, { containerPort: 81, hostPort: 81 }];
    const both = pod(
      { containers: [container({ ports })] },
      { name: "new", uid: "new", creationTimestamp: "2026-01-02T00:00:00Z" },
    );
    const others = [older({}), having("other", "2026-01-01T00:00:00Z", { containerPort: 81, hostPort: 81 })];
    expect(Object.fromEntries(portConflicts([...others, both], CONFIG))).toEqual({ new: TAKEN });
  });

  test("none where only pods of the host's network are taken, which the scheduler keeps apart", () => {
    const strict = { ...CONFIG, hostNetwork: "required" } as const;
    expect(portConflicts([older({ hostPort: 80 }), newer({ hostPort: 80 })], strict).size).toBe(0);
  });
});

describe("what becomes of the pod", () => {
  test("it fails in the kubelet's words where the port is taken", () => {
    expect(translate(pod(), { conflict: TAKEN as never })).toMatchObject({
      kind: "rejected",
      reason: "NodePorts",
      message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    });
  });

  test("it runs, and its owner hears of it, where the port is declared twice", () => {
    expect(translate(pod(), { conflict: SAID as never })).toMatchObject({
      kind: "runnable",
      problems: [
        {
          severity: "ignore",
          path: SAID.path,
          because: SAID.because,
          remedy: "give one of them another port, or roll out with maxSurge: 0",
        },
      ],
    });
  });

  test("it fails where a port would have to be mapped", () => {
    expect(translate(podOf({ ports: [{ containerPort: 80, hostPort: 8080 }] }))).toMatchObject({
      kind: "rejected",
      message:
        "spec.containers[app].ports[80].hostPort differs from containerPort, and pods here are on the host's network: use the same number for both",
    });
  });
});
