import { expect, test } from "vitest";
import type { ContainerStatus, PodStatus } from "../../src/model/api/pod.ts";
import { podCounts } from "../../src/report/pod-counts.ts";

const end = (containerID: string, exitCode = 0, reason = "Completed") => ({
  terminated: { exitCode, reason, containerID, startedAt: "", finishedAt: "" },
});

const container = (rest: Partial<ContainerStatus>): ContainerStatus =>
  ({ name: "main", state: { waiting: { reason: "ContainerCreating" } }, lastState: {}, ...rest }) as ContainerStatus;

const status = (rest: Partial<ContainerStatus>, of: Partial<PodStatus> = {}): PodStatus =>
  ({ phase: "Running", containerStatuses: [container(rest)], ...of }) as PodStatus;

const waiting = status({});
const running = status({ containerID: "a", state: { running: { startedAt: "" } } });
const ended = status({ containerID: "a", state: end("a", 3, "Error") });
const again = status({ containerID: "b", state: { running: { startedAt: "" } }, lastState: end("a", 3, "Error") });

const started = "kubelet_started_containers_total container";
const terminated = "kubelet_terminated_containers_total container 3 Error";

test.each<[string, PodStatus | undefined, PodStatus, string[]]>([
  ["a pod that waits", undefined, waiting, []],
  ["the first start", waiting, running, ["kubelet_started_pods_total", started]],
  ["nothing new", running, running, []],
  ["an end", running, ended, [terminated]],
  ["the restart after it", ended, again, [started]],
  ["an end and a restart between two runs", running, again, [started, terminated]],
  ["a start and an end between two runs", waiting, ended, ["kubelet_started_pods_total", started, terminated]],
  [
    "a program that cannot be started",
    running,
    status({ containerID: "b", state: end("b", 128, "StartError") }),
    [
      "kubelet_started_containers_errors_total container RunContainerError",
      "kubelet_terminated_containers_total container 128 StartError",
    ],
  ],
  [
    "a rejection",
    undefined,
    { phase: "Failed", reason: "NodeAffinity", message: "Pod was rejected: no" } as PodStatus,
    ["kubelet_admission_rejections_total NodeAffinity"],
  ],
  [
    "an eviction",
    running,
    { ...running, phase: "Failed", reason: "Evicted", message: "The node was low on resource: ephemeral-storage. " },
    ["kubelet_evictions imagefs.available"],
  ],
  [
    "a preemption",
    running,
    { ...running, phase: "Failed", reason: "Preempting", message: "x" },
    ["kubelet_preemptions "],
  ],
])("%s", (_, previous, next, expected) => {
  const counts = podCounts(previous, next, 0, "imagefs.available");
  expect(counts.map(({ family, labels }) => [family, ...Object.values(labels)].join(" "))).toEqual(expected);
});

test("an init container and a debug container have their own type", () => {
  const own = container({ containerID: "a", state: end("a") });
  const next = {
    phase: "Running",
    initContainerStatuses: [own],
    ephemeralContainerStatuses: [{ ...own, name: "debug" }],
  };
  expect(podCounts(waiting, next as PodStatus, 0).map(({ labels }) => labels.container_type)).toEqual([
    undefined,
    ...["init_container", "init_container", "ephemeral_container", "ephemeral_container"],
  ]);
});

test("a pod that begins to run has its start timed, from the first run that saw it", () => {
  const startTime = "2026-01-01T00:00:00Z";
  const next = status({ containerID: "a", state: { running: { startedAt: "" } } }, { startTime });
  const timed = (previous: PodStatus | undefined) =>
    podCounts(previous, next, Date.parse(startTime) + 1500).filter((count) => "seconds" in count);
  const both = [
    { family: "kubelet_pod_start_duration_seconds", labels: {}, seconds: 1.5 },
    { family: "kubelet_pod_worker_duration_seconds", labels: { operation_type: "create" }, seconds: 1.5 },
  ];
  expect(timed(undefined)).toEqual(both);
  expect(timed({ ...waiting, phase: "Pending" })).toEqual(both);
  expect(timed(next)).toEqual([]);
});
