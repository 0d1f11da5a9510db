import { describe, expect, test } from "vitest";
import type { PodReport } from "../../src/report/pod-status.ts";
import {
  BACKING_OFF,
  exit,
  NOW,
  NOW_TEXT,
  past,
  pod,
  rejected,
  runnable,
  runningStatus,
  status,
  unit,
  world,
} from "./base.ts";
import { crashed, deleted, never, phaseOf, report, running, succeeded } from "./pod-case.ts";

describe("phase", () => {
  const failed = { phase: "Failed", reason: undefined, message: undefined };

  test.each<[string, Partial<PodReport>, string]>([
    ["Running while a container runs", { world: running }, "Running"],
    ["Running while it backs off", { world: crashed }, "Running"],
    ["Succeeded when all ended with 0 for good", { translation: never(), world: succeeded }, "Succeeded"],
    ["Running when it ended with 0 and restarts", { world: succeeded }, "Running"],
    ["Failed when it failed for good", { translation: never(), world: crashed }, "Failed"],
    [
      "Running when it was deleted and is still being stopped",
      { translation: runnable(deleted()), world: running },
      "Running",
    ],
    [
      "Failed when it was deleted and a container failed",
      { translation: runnable(deleted()), world: crashed },
      "Failed",
    ],
    [
      "Succeeded when it was deleted and all ended with 0",
      { translation: runnable(deleted()), world: succeeded },
      "Succeeded",
    ],
  ])("is %s", (_, change, phase) => {
    expect(report(change).phase).toBe(phase);
  });

  test.each(["Failed", "Succeeded"] as const)("%s is for ever, with its words", (phase) => {
    const previous = runningStatus({ phase, reason: "Evicted", message: "because" });
    expect(phaseOf(report({ world: running, previous }))).toEqual({ phase, reason: "Evicted", message: "because" });
  });

  test("waits for the last process before it becomes Failed", () => {
    const rejection = { translation: rejected(), world: running, previous: runningStatus() };
    expect(phaseOf(report(rejection))).toEqual({ phase: "Running", reason: undefined, message: undefined });
  });

  test("becomes Failed when a rejected pod's container is gone without a record", () => {
    const next = report({ translation: rejected(), previous: runningStatus() });
    const lost = next.containerStatuses?.map(({ state, ready }) => [state.terminated?.reason, ready]);
    expect([next.phase, next.reason, lost]).toEqual([
      "Failed",
      "UnsupportedField",
      [["ContainerStatusUnknown", false]],
    ]);
  });

  test("keeps reason and message while it stays the same", () => {
    const previous = runningStatus({ reason: "Some", message: "words" });
    expect(phaseOf(report({ world: running, previous }))).toEqual({
      phase: "Running",
      reason: "Some",
      message: "words",
    });
  });

  test("is Failed for a deleted pod that never started, whose containers count as lost", () => {
    const next = report({
      translation: runnable(deleted()),
      previous: runningStatus({ phase: "Pending", containerStatuses: [] }),
    });
    expect([phaseOf(next), next.containerStatuses]).toEqual([
      failed,
      [
        status({
          terminated: {
            exitCode: 137,
            reason: "ContainerStatusUnknown",
            message: "The container could not be located when the pod was terminated",
            startedAt: NOW_TEXT,
            finishedAt: NOW_TEXT,
          },
        }),
      ],
    ]);
  });

  test("does not end while a back-off of a deleted pod is still being stopped", () => {
    const stopping = world([unit("app", BACKING_OFF, 2)], { app: past([exit(1, 5)], { backOffUntil: NOW + 1 }) });
    expect(report({ translation: runnable(deleted()), world: stopping }).phase).toBe("Running");
  });

  test("is Failed when an init container failed for good; the others stay waiting", () => {
    const of = pod({ restartPolicy: "Never", initContainers: [{ name: "setup" }] });
    const next = report({
      translation: runnable(of),
      world: world([], { setup: past([exit(1, 5)], { finished: true }) }),
    });
    expect([phaseOf(next), next.containerStatuses]).toEqual([
      failed,
      [status({ waiting: { reason: "PodInitializing" } })],
    ]);
  });

  test("does not give containers to a pod that was rejected before", () => {
    const before = report({ translation: rejected() });
    expect(report({ previous: before })).toEqual(before);
  });
});
