import { describe, expect, test } from "vitest";
import type { ContainerPast, ExitRecord } from "../../src/model/exit-record.ts";
import type { Container, ContainerStatus, PodSpec, PodStatus, Terminated } from "../../src/model/pod.ts";
import type { ActualUnit } from "../../src/model/unit.ts";
import { reportPod } from "../../src/report/pod-status.ts";
import * as base from "./base.ts";
import {
  ago,
  agoText,
  BACKING_OFF,
  DEAD,
  exit,
  id,
  invocation,
  NOW,
  NOW_TEXT,
  past,
  pod,
  RUNNING,
  runnable,
  SUCCESS,
  status,
  unit,
  world,
} from "./base.ts";

interface Case {
  readonly units?: readonly ActualUnit[];
  readonly past?: ContainerPast;
  readonly previous?: PodStatus;
  readonly spec?: Partial<PodSpec>;
  readonly deleted?: boolean;
  readonly waiting?: { reason: string; message: string };
}

function app({
  units = [],
  past: known,
  previous,
  spec = {},
  deleted = false,
  waiting,
}: Case): ContainerStatus | undefined {
  const of = pod(spec, deleted ? { deletionTimestamp: NOW_TEXT } : {});
  const input = {
    translation: runnable(of, { app: waiting }),
    world: world(units, known && { app: known }),
    previous,
    now: NOW,
  };
  return reportPod(input).containerStatuses?.find((each) => each.name === "app");
}

const before = (change: Partial<ContainerStatus>) => base.runningStatus({ containerStatuses: [status({}, change)] });
const runs = (n: number, startedAt: string, change: Partial<ContainerStatus> = {}) =>
  status({ running: { startedAt } }, { ready: true, started: true, imageID: "host", containerID: id(n), ...change });
const ended = (n: number, seconds: number, change: Partial<Terminated> = {}) => ({
  terminated: {
    exitCode: 1,
    reason: "Error",
    startedAt: agoText(seconds + 5),
    finishedAt: agoText(seconds),
    containerID: id(n),
    ...change,
  },
});
const crashLoop = (delay: string) => ({
  waiting: {
    reason: "CrashLoopBackOff",
    message: `back-off ${delay} restarting failed container=app pod=web_shop(${base.UID})`,
  },
});
const started = (n: number, seconds: number) => ({ started: { at: ago(seconds), invocation: invocation(n) } });

describe("a container that never ran", () => {
  test("waits as ContainerCreating", () => {
    expect(app({})).toEqual(status({ waiting: { reason: "ContainerCreating" } }));
  });

  test("waits while its unit is in start-pre", () => {
    expect(app({ units: [unit("app", BACKING_OFF, 1)] })).toEqual(status({ waiting: { reason: "ContainerCreating" } }));
  });

  test("waits for execve() while a Type=exec unit starts", () => {
    expect(app({ units: [unit("app", ["activating", "start"], 1)] })).toEqual(
      status({ waiting: { reason: "ContainerCreating" } }),
    );
  });

  test("says why it cannot start", () => {
    const waiting = { reason: "ErrImagePull", message: "images are not supported" };
    expect(app({ waiting })).toEqual(status({ waiting }));
  });

  test("is not shown by the unit of another pod of the same name", () => {
    const other = unit("app", RUNNING, 1);
    const stranger = { ...other, identity: { ...other.identity, podUID: "other" } as never };
    expect(app({ units: [stranger] })).toEqual(status({ waiting: { reason: "ContainerCreating" } }));
  });
});

describe("a running container", () => {
  test("runs since its helper let it go", () => {
    expect(app({ units: [unit("app", RUNNING, 1)], past: past([], started(1, 7)) })).toEqual(runs(1, agoText(7)));
  });

  test("keeps the start that was reported when the helper's note is gone", () => {
    expect(app({ units: [unit("app", RUNNING, 1)], previous: base.runningStatus() })).toEqual(runs(1, agoText(60)));
  });

  test("runs since now when nobody knows better", () => {
    expect(app({ units: [unit("app", RUNNING, 2)], previous: base.runningStatus() })).toEqual(runs(2, NOW_TEXT));
  });

  test("still runs while it is being stopped", () => {
    const stopping = unit("app", ["deactivating", "stop-sigterm"], 1);
    expect(app({ units: [stopping], past: past([], started(1, 7)) })).toEqual(runs(1, agoText(7)));
  });

  test("has ended when its end is recorded, whatever systemd is still busy with", () => {
    const stopping = unit("app", ["deactivating", "stop-post"], 1);
    expect(app({ units: [stopping], past: past([exit(1, 0)], started(1, 5)) })).toEqual(
      status(ended(1, 0), { imageID: "host", containerID: id(1) }),
    );
  });

  test("counts its exits and shows the last one", () => {
    const known = past([exit(1, 40), exit(2, 20)], { ...started(3, 5), forgottenExits: 3 });
    expect(app({ units: [unit("app", RUNNING, 3)], past: known })).toEqual(
      runs(3, agoText(5), { restartCount: 5, lastState: ended(2, 20) }),
    );
  });

  test("keeps its count and its last end when the records are gone", () => {
    const previous = before({ ...runs(1, agoText(60)), restartCount: 4, lastState: ended(9, 70) });
    expect(app({ units: [unit("app", RUNNING, 1)], previous })).toEqual(
      runs(1, agoText(60), { restartCount: 4, lastState: ended(9, 70) }),
    );
  });

  test("is not ready while it is over but its end is not recorded", () => {
    expect(app({ units: [unit("app", DEAD)], previous: base.runningStatus() })).toEqual(
      runs(1, agoText(60), { ready: false }),
    );
  });
});

describe("a container that ended", () => {
  test("is terminated until it is restarted", () => {
    const restarting = unit("app", ["activating", "auto-restart"]);
    expect(app({ units: [restarting], past: past([exit(1, 30), exit(2, 1)]) })).toEqual(
      status(ended(2, 1), { restartCount: 1, lastState: ended(1, 30), imageID: "host", containerID: id(2) }),
    );
  });

  test("backs off", () => {
    const known = past([exit(1, 30), exit(2, 1)], { backOffUntil: NOW + 9000 });
    expect(app({ units: [unit("app", BACKING_OFF, 3)], past: known })).toEqual(
      status(crashLoop("10s"), { restartCount: 1, lastState: ended(2, 1), imageID: "host", containerID: id(2) }),
    );
  });

  test("goes on backing off until it runs", () => {
    const known = past([exit(1, 30), exit(2, 11)], { backOffUntil: NOW - 1 });
    const previous = before({ ...status(crashLoop("10s")), containerID: id(2), restartCount: 1 });
    expect(app({ units: [unit("app", BACKING_OFF, 3)], past: known, previous })).toEqual(
      status(crashLoop("10s"), { restartCount: 1, lastState: ended(2, 11), imageID: "host", containerID: id(2) }),
    );
  });

  test("says why it cannot start again", () => {
    const waiting = { reason: "CreateContainerConfigError", message: 'configmap "c" not found' };
    expect(app({ past: past([exit(1, 3)]), waiting })).toEqual(
      status({ waiting }, { lastState: ended(1, 3), imageID: "host", containerID: id(1) }),
    );
  });

  test.each<[string, Partial<PodSpec>, Partial<ExitRecord>, Partial<Terminated>]>([
    ["Never", { restartPolicy: "Never" }, {}, {}],
    ["OnFailure and 0", { restartPolicy: "OnFailure" }, SUCCESS, { exitCode: 0, reason: "Completed" }],
  ])("stays terminated under %s", (_, spec, change, expected) => {
    const known = past([exit(1, 3, change)], { backOffUntil: NOW + 9000 });
    expect(app({ past: known, spec, waiting: { reason: "ErrImagePull", message: "no" } })).toEqual(
      status(ended(1, 3, expected), { imageID: "host", containerID: id(1) }),
    );
  });

  test("stays terminated when its records are gone", () => {
    const previous = before({ ...status(ended(1, 50)), restartCount: 2, imageID: "host", containerID: id(1) });
    expect(app({ previous, spec: { restartPolicy: "Never" } })).toEqual(
      status(ended(1, 50), { restartCount: 2, imageID: "host", containerID: id(1) }),
    );
  });

  test("does not back off once its pod is deleted", () => {
    const known = past([exit(1, 30), exit(2, 1)], { backOffUntil: NOW + 9000 });
    expect(app({ units: [unit("app", ["deactivating", "stop-sigterm"], 3)], past: known, deleted: true })).toEqual(
      status(ended(2, 1), { restartCount: 1, lastState: ended(1, 30), imageID: "host", containerID: id(2) }),
    );
  });
});

describe("init containers", () => {
  const setup: Container = { name: "setup", image: "host" };
  const more: Container = { name: "more", image: "host" };
  const init = (
    units: readonly ActualUnit[],
    pasts: Readonly<Record<string, ContainerPast>>,
    spec: Partial<PodSpec> = {},
  ) => {
    const of = pod({ initContainers: [setup, more], ...spec });
    const waiting = { app: { reason: "ErrImagePull", message: "no" }, more: { reason: "ErrImagePull", message: "no" } };
    const report = reportPod({
      translation: runnable(of, waiting),
      world: world(units, pasts),
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
});
