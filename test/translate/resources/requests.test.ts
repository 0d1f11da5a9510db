import { expect, test } from "vitest";
import type { Container, PodSpec } from "../../../src/model/api/pod.ts";
import { podRequests } from "../../../src/translate/resources/requests.ts";
import { container, pod } from "../base.ts";

function asking(cpu: string, change: object = {}): Container {
  return container({ resources: { requests: { cpu } }, ...change });
}

function milli(spec: object): number {
  return podRequests(pod(spec as Partial<PodSpec>)).cpu;
}

const SIDECAR = { restartPolicy: "Always" };

test("all resources, each in its unit", () => {
  const requests = { cpu: "250m", memory: "64Mi", "ephemeral-storage": "1Gi" };
  expect(podRequests(pod({ containers: [container({ resources: { requests } })] }))).toEqual({
    cpu: 250,
    memory: 64 * 1024 ** 2,
    ephemeralStorage: 1024 ** 3,
  });
});

test.for<[string, object, number]>([
  ["nothing", { containers: [container()] }, 0],
  ["its containers together", { containers: [asking("1"), asking("500m")] }, 1500],
  ["a limit where there is no request", { containers: [container({ resources: { limits: { cpu: "2" } } })] }, 2000],
  [
    "a request below its limit",
    { containers: [container({ resources: { limits: { cpu: "2" }, requests: { cpu: "1" } } })] },
    1000,
  ],
  ["an init container that is larger", { initContainers: [asking("3")], containers: [asking("1")] }, 3000],
  [
    "the larger of two init containers",
    { initContainers: [asking("3"), asking("2")], containers: [asking("1")] },
    3000,
  ],
  ["a smaller init container", { initContainers: [asking("1")], containers: [asking("2")] }, 2000],
  ["a sidecar beside its containers", { initContainers: [asking("1", SIDECAR)], containers: [asking("2")] }, 3000],
  [
    "an init container beside the sidecars before it",
    { initContainers: [asking("1", SIDECAR), asking("3"), asking("1", SIDECAR)], containers: [asking("1")] },
    4000,
  ],
  ["the pod as a whole", { resources: { requests: { cpu: "5" } }, containers: [asking("1")] }, 5000],
  ["memory as a whole", { resources: { requests: { memory: "1Gi" } }, containers: [asking("1")] }, 1000],
  ["an overhead", { overhead: { cpu: "100m" }, containers: [asking("1")] }, 1100],
])("a pod asks for %s", ([, spec, expected]) => {
  expect(milli(spec)).toBe(expected);
});
