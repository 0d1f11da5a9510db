import { expect, test } from "vitest";
import type { CgroupLimits } from "../../src/model/host/cgroup-limits.ts";
import type { Runnable } from "../../src/model/translation.ts";
import { ago, invocation, past, pod, RUNNING, runnable, runningStatus, unit, world } from "./base.ts";
import { condition, report } from "./pod-case.ts";

const WANTED = { limits: { memory: "128Mi" }, requests: { memory: "64Mi" } };
const HELD = { limits: { memory: "64Mi" }, requests: { memory: "32Mi" } };
const MEMORY = 128 * 2 ** 20;
const TEXT = "[Service]\n";

function resized(limits: CgroupLimits) {
  const of = pod({ containers: [{ name: "app", image: "host", command: ["/usr/bin/app"], resources: WANTED }] });
  const base = runnable(of);
  const containers = base.containers.map((each) => ({
    ...each,
    unit: {
      name: each.unitName,
      identity: unit("app", RUNNING).identity as never,
      text: TEXT,
      linked: true,
      limits: { memory: MEMORY },
    },
  }));
  const translation: Runnable = { ...base, containers };
  const status = runningStatus();
  const before = status.containerStatuses?.map((each) => ({ ...each, resources: HELD }));
  return report({
    translation,
    world: world([{ ...unit("app", RUNNING, 1), text: TEXT, limits }], {
      app: past([], { started: { at: ago(60), invocation: invocation(1) } }),
    }),
    previous: { ...status, ...(before && { containerStatuses: before }) },
  });
}

test("resources are shown once the kernel has them", () => {
  const { containerStatuses, conditions } = resized({ memory: MEMORY, cpu: Infinity });
  expect(containerStatuses?.[0]).toMatchObject({ resources: WANTED, allocatedResources: WANTED.requests });
  expect(conditions?.map(({ type }) => type)).not.toContain("PodResizeInProgress");
});

test("until then the pod has the resources of before, and says that its resize is in progress", () => {
  const { containerStatuses, conditions } = resized({ memory: 64 * 2 ** 20, cpu: Infinity });
  expect(containerStatuses?.[0]).toMatchObject({ resources: HELD, allocatedResources: WANTED.requests });
  expect(conditions).toContainEqual(condition("PodResizeInProgress"));
});
