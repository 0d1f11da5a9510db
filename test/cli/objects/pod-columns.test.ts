import { expect, test } from "vitest";
import { podCells } from "../../../src/cli/objects/pod-columns.ts";
import type { ContainerState, ContainerStatus, Pod, PodStatus } from "../../../src/model/api/pod.ts";

const NOW = Date.parse("2026-05-01T12:00:00Z");
const RUNNING: ContainerState = { running: { startedAt: "2026-05-01T11:00:00Z" } };
const READY = { type: "Ready", status: "True" } as const;
const INITIALIZED = { type: "Initialized", status: "True" } as const;

function ended(exitCode: number, more: object = {}): ContainerState {
  const times = { startedAt: "2026-05-01T11:00:00Z", finishedAt: "2026-05-01T11:55:00Z" };
  return { terminated: { exitCode, reason: exitCode === 0 ? "Completed" : "Error", ...times, ...more } };
}

function container(state: ContainerState, more: Partial<ContainerStatus> = {}): ContainerStatus {
  const ready = state.running !== undefined;
  return { name: "main", state, lastState: {}, ready, restartCount: 0, image: "", imageID: "", ...more };
}

function pod(status: PodStatus, more: { readonly spec?: object; readonly metadata?: object } = {}): Pod {
  return {
    metadata: { name: "web", namespace: "default", uid: "1", ...more.metadata },
    spec: { containers: [{ name: "main" }], ...more.spec },
    status,
  };
}

const running = (...containerStatuses: ContainerStatus[]): PodStatus => ({ phase: "Running", containerStatuses });

test("a pod that runs", () => {
  expect(podCells(pod(running(container(RUNNING))), NOW)).toEqual({ ready: "1/1", status: "Running", restarts: "0" });
});

test("a pod without a status", () => {
  expect(podCells(pod({}), NOW)).toEqual({ ready: "0/1", status: "", restarts: "0" });
});

test("the restarts say when the last one was", () => {
  const status = running(container(RUNNING, { restartCount: 3, lastState: ended(1) }));
  expect(podCells(pod(status), NOW).restarts).toBe("3 (5m ago)");
});

test.each<[string, PodStatus]>([
  ["CrashLoopBackOff", running(container({ waiting: { reason: "CrashLoopBackOff" } }))],
  ["Completed", { phase: "Succeeded", containerStatuses: [container(ended(0))] }],
  ["Error", { phase: "Failed", containerStatuses: [container(ended(2))] }],
  ["ExitCode:2", { phase: "Failed", containerStatuses: [container(ended(2, { reason: "" }))] }],
  ["Signal:9", { phase: "Failed", containerStatuses: [container(ended(137, { reason: "", signal: 9 }))] }],
  ["Evicted", { phase: "Failed", reason: "Evicted" }],
  ["NotReady", running(container(ended(0)), container(RUNNING))],
  ["Running", { ...running(container(ended(0)), container(RUNNING)), conditions: [READY] }],
  ["Error", running(container(ended(0)), container(ended(1)))],
])("the status is %s", (word, status) => {
  expect(podCells(pod(status), NOW).status).toBe(word);
});

const INIT = { spec: { initContainers: [{ name: "first" }, { name: "second" }] } };

test.each<[string, ContainerStatus[]]>([
  ["Init:0/2", [container(RUNNING, { name: "first" })]],
  ["Init:1/2", [container(ended(0), { name: "first" }), container(RUNNING, { name: "second" })]],
  ["Init:0/2", [container({ waiting: { reason: "PodInitializing" } }, { name: "first" })]],
  ["Init:CrashLoopBackOff", [container({ waiting: { reason: "CrashLoopBackOff" } }, { name: "first" })]],
  ["Init:Error", [container(ended(1), { name: "first" })]],
])("while it initializes the status is %s", (word, initContainerStatuses) => {
  expect(podCells(pod({ phase: "Pending", initContainerStatuses }, INIT), NOW)).toMatchObject({
    ready: "0/1",
    status: word,
  });
});

test("the restarts of init containers do not count once they are done", () => {
  const first = container(ended(0), { name: "first", restartCount: 4 });
  const status = { ...running(container(RUNNING)), initContainerStatuses: [first], conditions: [INITIALIZED] };
  expect(podCells(pod(status, INIT), NOW).restarts).toBe("0");
});

test("a sidecar counts as a container", () => {
  const spec = { initContainers: [{ name: "log", restartPolicy: "Always" as const }] };
  const log = container(RUNNING, { name: "log", started: true, restartCount: 1, lastState: ended(1) });
  const status = { ...running(container(RUNNING)), initContainerStatuses: [log] };
  expect(podCells(pod(status, { spec }), NOW)).toEqual({ ready: "2/2", status: "Running", restarts: "1 (5m ago)" });
});

test("a pod that ends is Terminating until it has ended", () => {
  const metadata = { deletionTimestamp: "2026-05-01T12:00:30Z" };
  expect(podCells(pod(running(container(RUNNING)), { metadata }), NOW).status).toBe("Terminating");
  const done: PodStatus = { phase: "Succeeded", containerStatuses: [container(ended(0))] };
  expect(podCells(pod(done, { metadata }), NOW).status).toBe("Completed");
});
