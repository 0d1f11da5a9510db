import { describe, expect, test } from "vitest";
import type { Container, Pod } from "../../../src/model/api/pod.ts";
import type { Allocatable } from "../../../src/model/host/allocatable.ts";
import { admitResize } from "../../../src/translate/resources/resize.ts";
import { container, pod, resolved } from "../base.ts";

const ROOM: Allocatable = { cpu: 2000, memory: 2 ** 30, ephemeralStorage: 2 ** 40, pods: 110 };
const cpu = (amount: string) => ({ requests: { cpu: amount } });

/** Has one amount and asks for another. */
function resized(from: string, to: string, change: Partial<Container> = {}): Pod {
  const of = pod({ containers: [container({ resources: cpu(to), ...change })] });
  const given = { name: "app", state: {}, lastState: {}, ready: true, restartCount: 0, image: "", imageID: "" };
  return { ...of, status: { phase: "Running", containerStatuses: [{ ...given, resources: cpu(from) }] } };
}

const other = (amount: string) =>
  pod({ containers: [container({ resources: cpu(amount) })] }, { name: "b", uid: "uid-b" });

describe("withinReach()", () => {
  test("what there is room for is given", () => {
    const of = resized("100m", "1");
    expect(admitResize(of, [of, other("500m")], ROOM)).toEqual({ pod: of });
  });

  test("what others have is not given yet", () => {
    const of = resized("100m", "1");
    const { pod: held, pending } = admitResize(of, [of, other("1500m")], ROOM);
    expect(held.spec.containers[0]?.resources).toEqual(cpu("100m"));
    expect(pending).toEqual({
      reason: "Deferred",
      message: "Node didn't have enough resource: cpu, requested: 1000, used: 1500, capacity: 2000",
    });
  });

  test("what the node does not have is never given", () => {
    const of = resized("100m", "4");
    expect(admitResize(of, [of], ROOM).pending).toEqual({
      reason: "Infeasible",
      message: "Node didn't have enough capacity: cpu, requested: 4000, capacity: 2000",
    });
  });

  test("less is always given", () => {
    const of = resized("3", "2500m");
    expect(admitResize(of, [of], ROOM)).toEqual({ pod: of });
  });
});

describe("specHash()", () => {
  const hash = (amount: string, resizePolicy?: Container["resizePolicy"]) => {
    const of = container({ resources: cpu(amount), ...(resizePolicy ? { resizePolicy } : {}) });
    return resolved(pod({ containers: [of] })).specHash;
  };

  test("is the same with other resources", () => {
    expect(hash("1")).toBe(hash("2"));
  });

  test("is another one where the pod wants to be started again for it", () => {
    const policy = (resourceName: string) => [{ resourceName, restartPolicy: "RestartContainer" }];
    expect(hash("1", policy("cpu"))).not.toBe(hash("2", policy("cpu")));
    expect(hash("1", policy("memory"))).toBe(hash("2", policy("memory")));
  });
});
