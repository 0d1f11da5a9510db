import { describe, expect, test } from "vitest";
import { hostNetwork } from "../../src/model/pod-network.ts";
import type { AuxiliaryUnit, UnitName } from "../../src/model/unit.ts";
import { DEAD, id, NOW_TEXT, pod, rejected, runnable, runningStatus, status, unit, world } from "./base.ts";
import { HOST } from "./node/base-host.ts";
import { addresses, condition, crashed, never, report, running, succeeded } from "./pod-case.ts";

describe("reportPod()", () => {
  test("tells a new pod as Pending", () => {
    const unready = {
      status: "False",
      reason: "ContainersNotReady",
      message: "containers with unready status: [app]",
    } as const;
    expect(report()).toEqual({
      observedGeneration: 1,
      phase: "Pending",
      conditions: [
        condition("PodReadyToStartContainers"),
        condition("Initialized"),
        condition("Ready", unready),
        condition("ContainersReady", unready),
        condition("PodScheduled"),
      ],
      ...addresses,
      startTime: NOW_TEXT,
      qosClass: "BestEffort",
      containerStatuses: [status({ waiting: { reason: "ContainerCreating" } })],
    });
  });

  test("repeats itself when nothing changed", () => {
    expect(report({ world: running, previous: runningStatus() })).toEqual(runningStatus());
  });

  test("follows metadata.generation", () => {
    const next = runningStatus();
    expect(
      report({ translation: runnable(pod({}, { generation: 2 })), world: running, previous: runningStatus() }),
    ).toEqual({
      ...next,
      observedGeneration: 2,
      conditions: next.conditions?.map((each) => ({ ...each, observedGeneration: 2 })),
    });
  });

  test("tells that a pod whose sandbox cannot be made is not ready for its containers", () => {
    const name = "unitlet-sandbox.shop.web.pod.service" as UnitName;
    const identity = { ...unit("app", DEAD).identity, container: "", kind: "sandbox" } as AuxiliaryUnit["identity"];
    const sandbox = { name, identity, text: "", linked: false, wanted: true };
    const of = (state: Parameters<typeof unit>[1]) => {
      const actual = { ...unit("app", state), name, identity };
      const seen = { ...world([]), units: new Map([...world([]).units, [name, actual]]) };
      return report({ translation: { ...runnable(), auxiliaryUnits: [sandbox] }, world: seen }).conditions?.[0]?.status;
    };
    expect([of(["failed", "failed"]), of(["active", "exited"])]).toEqual(["False", "True"]);
  });

  test("tells a pod that was rejected as Failed, without containers", () => {
    const failed = { status: "False", reason: "PodFailed" } as const;
    expect(report({ translation: rejected(), world: { ...world([]), directories: new Map() } })).toEqual({
      observedGeneration: 1,
      phase: "Failed",
      reason: "UnsupportedField",
      message: "Pod was rejected: spec.hostPID: not supported",
      conditions: [
        condition("PodReadyToStartContainers", { status: "False" }),
        condition("Initialized"),
        condition("Ready", failed),
        condition("ContainersReady", failed),
        condition("PodScheduled"),
      ],
      startTime: NOW_TEXT,
      qosClass: "BestEffort",
    });
  });

  test("keeps the QoS class, which the API server lets nobody change", () => {
    const previous = runningStatus({ qosClass: "Guaranteed" });
    expect(report({ world: running, previous })).toEqual(previous);
  });

  test("sorts container statuses by name", () => {
    const of = pod({ containers: [{ name: "b" }, { name: "a" }] });
    expect(report({ translation: runnable(of) }).containerStatuses?.map((each) => each.name)).toEqual(["a", "b"]);
  });

  test("gives one address of each family, in the host's order", () => {
    const dual = { ...world([]), host: { ...HOST, addresses: ["2001:db8::7", "2001:db8::8", "198.51.100.1"] } };
    const translation = { ...runnable(), network: hostNetwork(dual.host) };
    expect(report({ translation, world: dual })).toMatchObject({
      hostIP: "2001:db8::7",
      podIP: "2001:db8::7",
      podIPs: [{ ip: "2001:db8::7" }, { ip: "198.51.100.1" }],
    });
  });

  test("keeps the addresses of a pod that has ended", () => {
    const moved = { ...succeeded, host: { ...HOST, addresses: ["192.0.2.99"] } };
    expect(report({ translation: never(), world: moved, previous: runningStatus() })).toMatchObject(addresses);
  });
});

test("reportPod() reports the exit that the record tells, by its id", () => {
  expect(report({ world: crashed }).containerStatuses?.[0]?.containerID).toBe(id(1));
});
