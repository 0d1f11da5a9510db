import { describe, expect, test } from "vitest";
import type { Container, Resources } from "../../../src/model/api/pod.ts";
import type { Host } from "../../../src/model/host/host.ts";
import { podSwapLimit, type SwapContext, swapLimit } from "../../../src/translate/resources/swap.ts";
import { CONFIG, container, HOST, pod } from "../base.ts";

const GI = 1024 ** 3;
const LIMITED: SwapContext = {
  config: { ...CONFIG, memorySwap: "limited" },
  host: { ...HOST, memoryTotal: 40 * GI, swapTotal: 20 * GI },
};
const on = (host: Partial<Host>): SwapContext => ({ ...LIMITED, host: { ...LIMITED.host, ...host } });
const asking = (memory: string): Container => container({ resources: { requests: { memory } } });

function swapOf(resources: Resources, context = LIMITED, spec: object = {}): number {
  const only = container({ resources });
  return swapLimit(pod({ containers: [only], ...spec }), only, context);
}

describe("with memorySwap = limited", () => {
  test.each<[what: string, resources: Resources, bytes: number]>([
    ["has the part of the swap that its request is of the memory", { requests: { memory: "4Gi" } }, 2 * GI],
    ["has no fraction of a byte", { requests: { memory: "3" } }, 1],
    ["has it below a limit, too", { requests: { memory: "4Gi" }, limits: { memory: "8Gi" } }, 2 * GI],
    ["has none without a request of memory", { requests: { cpu: "1" } }, 0],
    ["has none in a BestEffort pod", {}, 0],
    ["has none with a request that is its limit", { requests: { memory: "4Gi" }, limits: { memory: "4Gi" } }, 0],
    ["has none with a limit alone, which is its request", { limits: { memory: "4Gi" } }, 0],
    ["has none when it requests more than there is", { requests: { memory: "41Gi" } }, 0],
    ["has none in a Guaranteed pod", { requests: { memory: "4Gi", cpu: "1" }, limits: { memory: "4Gi", cpu: "1" } }, 0],
  ])("a container %s", (_, resources, bytes) => {
    expect(swapOf(resources)).toBe(bytes);
  });

  test("a container of a critical pod has none", () => {
    expect(swapOf({ requests: { memory: "4Gi" } }, LIMITED, { priority: 2_000_000_000 })).toBe(0);
  });

  test.each<[what: string, host: Partial<Host>]>([
    ["without swap", { swapTotal: 0 }],
    ["on cgroup v1", { hasCPUShares: true }],
  ])("a host %s gives none", (_, host) => {
    expect(swapOf({ requests: { memory: "4Gi" } }, on(host))).toBe(0);
  });

  test("a pod has the sum of its containers and sidecars, or what an init container has beside them", () => {
    const sidecar: Container = { ...asking("2Gi"), name: "side", restartPolicy: "Always" };
    const spec = (init: string) => ({
      containers: [asking("4Gi"), { ...asking("4Gi"), name: "b" }],
      initContainers: [sidecar, { ...asking(init), name: "init" }],
    });
    expect(podSwapLimit(pod(spec("1Gi")), LIMITED)).toBe(5 * GI);
    expect(podSwapLimit(pod(spec("10Gi")), LIMITED)).toBe(6 * GI);
  });
});

test("by default no container has swap", () => {
  expect(swapOf({ requests: { memory: "4Gi" } }, { ...LIMITED, config: CONFIG })).toBe(0);
});
