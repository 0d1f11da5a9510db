import { expect, test } from "vitest";
import type { Resources } from "../../../src/model/api/pod.ts";
import { nodeSliceLimits } from "../../../src/translate/resources/node-slices.ts";
import { CONFIG, container, HOST, pod } from "../base.ts";

const HOST2 = { ...HOST, hasCPUShares: false };
const burstable = (cpu: string) => pod({ containers: [container({ resources: { requests: { cpu } } as Resources })] });

test("BestEffort pods have the least weight, Burstable ones that of their requests, all together that of the CPUs", () => {
  expect(Object.fromEntries(nodeSliceLimits([burstable("100m"), burstable("900m"), pod()], CONFIG, HOST2))).toEqual({
    "unitlet.slice": { weight: 303, memory: HOST.memoryTotal, tasks: HOST.pidsMax, min: 0, low: 0 },
    "unitlet-burstable.slice": { weight: 100, low: 0 },
    "unitlet-besteffort.slice": { weight: 1 },
  });
});

test("on cgroup v1 they are the kubelet's shares", () => {
  const slices = nodeSliceLimits([burstable("500m")], CONFIG, { ...HOST, hasCPUShares: true });
  expect([...slices.values()]).toEqual([
    { shares: 4096, memory: HOST.memoryTotal, tasks: HOST.pidsMax },
    { shares: 512 },
    { shares: 2 },
  ]);
});

test("what the host reserves is not the pods'", () => {
  const config = { ...CONFIG, systemReserved: { cpu: 3000, memory: 2 ** 30, ephemeralStorage: 0, pids: 2000 } };
  expect(nodeSliceLimits([], config, HOST2).get("unitlet.slice")).toEqual({
    weight: 100,
    memory: HOST.memoryTotal - 2 ** 30,
    tasks: HOST.pidsMax - 2000,
    min: 0,
    low: 0,
  });
});
