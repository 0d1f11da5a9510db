import { describe, expect, test } from "vitest";
import type { Container, PodPhase, PodSpec } from "../../src/model/api/pod.ts";
import type { ContainerHistory } from "../../src/model/exit-record.ts";
import type { ActualUnit } from "../../src/model/unit.ts";
import { reportPod } from "../../src/report/pod-status.ts";
import { agoText, exit, id, NOW, NOW_TEXT, past, pod, runnable, SUCCESS, status, unit, world } from "./base.ts";
import { ended, runs, started } from "./container-case.ts";

describe("init containers", () => {
  const setup: Container = { name: "setup", image: "host" };
  const more: Container = { name: "more", image: "host" };
  const init = (
    units: readonly ActualUnit[],
    histories: Readonly<Record<string, ContainerHistory>>,
    spec: Partial<PodSpec> = {},
  ) => {
    const of = pod({ initContainers: [setup, more], ...spec });
    const waiting = { app: { reason: "ErrImagePull", message: "no" }, more: { reason: "ErrImagePull", message: "no" } };
    const report = reportPod({
      translation: runnable(of, waiting),
      world: world(units, histories),
      previous: undefined,
      now: NOW,
    });
    return [...(report.initContainerStatuses ?? []), ...(report.containerStatuses ?? [])];
  };
  const initializing = (name: string) => status({ waiting: { reason: "PodInitializing" } }, { name });

  test("the first one runs as a oneshot in start, the others wait for their turn", () => {
    const units = [unit("setup", ["activating", "start"], 1, "init")];
    expect(init(units, { setup: past([], started(1, 2)) })).toEqual([
      runs(1, agoText(2), { name: "setup", ready: false }),
      initializing("more"),
      initializing("app"),
    ]);
  });

  test("one that ended with 0 is ready, and the next has its turn", () => {
    expect(init([], { setup: past([exit(1, 3, SUCCESS)], { done: true }) })).toEqual([
      status(ended(1, 3, { exitCode: 0, reason: "Completed" }), {
        name: "setup",
        ready: true,
        imageID: "host",
        containerID: id(1),
      }),
      status({ waiting: { reason: "ErrImagePull", message: "no" } }, { name: "more" }),
      initializing("app"),
    ]);
  });

  test("one that is done counts as completed when its records are gone", () => {
    expect(init([], { setup: past([], { done: true }) })[0]).toEqual(
      status(
        { terminated: { exitCode: 0, reason: "Completed", startedAt: NOW_TEXT, finishedAt: NOW_TEXT } },
        { name: "setup", ready: true },
      ),
    );
  });

  test("one that fails for good stays terminated", () => {
    expect(init([], { setup: past([exit(1, 3)], { finished: true }) }, { restartPolicy: "Never" })).toEqual([
      status(ended(1, 3), { name: "setup", imageID: "host", containerID: id(1) }),
      initializing("more"),
      initializing("app"),
    ]);
  });

  test("one that runs again after a reboot stays terminated where the API server insists", () => {
    const before = status(ended(1, 90, { exitCode: 0, reason: "Completed" }), { name: "setup", ready: true });
    const next = reportPod({
      translation: runnable(pod({ initContainers: [setup], restartPolicy: "OnFailure" })),
      world: world([unit("setup", ["activating", "start"], 2, "init")]),
      previous: { initContainerStatuses: [before] },
      now: NOW,
    });
    expect(next.initContainerStatuses).toEqual([before]);
  });

  test("the phase stays Running while the init containers run again after a reboot", () => {
    const translation = runnable(pod({ initContainers: [setup] }));
    const rerun = world([unit("setup", ["activating", "start"], 2, "init")]);
    const phase = (before: PodPhase) =>
      reportPod({ translation, world: rerun, previous: { phase: before, conditions: [] }, now: NOW }).phase;
    expect([phase("Running"), phase("Pending")]).toEqual(["Running", "Pending"]);
  });
});
