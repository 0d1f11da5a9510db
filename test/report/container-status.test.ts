import { describe, expect, test } from "vitest";
import type { ContainerStatus } from "../../src/model/api/pod.ts";
import { agoText, BACKING_OFF, DEAD, exit, id, NOW_TEXT, past, RUNNING, runningStatus, status, unit } from "./base.ts";
import { app, ended, reported, runs, started } from "./container-case.ts";

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

  test("waits until its postStart hook has ended", () => {
    const units = [unit("app", ["activating", "start-post"], 1)];
    const known = past([], started(1, 7));
    const lifecycle = { postStart: { exec: { command: ["sleep", "1000"] } } };
    const spec = { containers: [{ name: "app", image: "host", lifecycle }] };
    expect(app({ units, past: known, spec })).toEqual(status({ waiting: { reason: "ContainerCreating" } }));
    expect(app({ units, past: known })).toEqual(runs(1, agoText(7)));
  });

  test("says why it cannot start", () => {
    const waiting = { reason: "ErrImagePull", message: "images are not supported" };
    expect(app({ waiting })).toEqual(status({ waiting }));
  });

  test("says why its helper does not start it", () => {
    const waiting = { reason: "CreateContainerConfigError", message: "failed to prepare subPath" };
    expect(app({ units: [unit("app", BACKING_OFF, 1)], past: past([], { waiting }) })).toEqual(status({ waiting }));
  });

  test("is not shown by the unit of another pod of the same name", () => {
    const other = unit("app", RUNNING, 1);
    const stranger = { ...other, identity: { ...other.identity, podUID: "other" } as never };
    expect(app({ units: [stranger] })).toEqual(status({ waiting: { reason: "ContainerCreating" } }));
  });
});

test("a container that has ended says why its helper does not start it again", () => {
  const waiting = { reason: "CreateContainerConfigError", message: "failed to prepare subPath" };
  const { state, lastState, restartCount } = app({
    units: [unit("app", BACKING_OFF, 2)],
    past: past([exit(1, 10)], { waiting }),
  }) as ContainerStatus;
  expect({ state, restartCount }).toEqual({ state: { waiting }, restartCount: 0 });
  expect(lastState.terminated?.exitCode).toBe(1);
});

describe("a running container", () => {
  test("runs since its helper let it go", () => {
    expect(app({ units: [unit("app", RUNNING, 1)], past: past([], started(1, 7)) })).toEqual(runs(1, agoText(7)));
  });

  test("keeps the start that was reported when the helper's note is gone", () => {
    expect(app({ units: [unit("app", RUNNING, 1)], previous: runningStatus() })).toEqual(runs(1, agoText(60)));
  });

  test("runs since now when nobody knows better", () => {
    expect(app({ units: [unit("app", RUNNING, 2)], previous: runningStatus() })).toEqual(runs(2, NOW_TEXT));
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

  test("has ended when its invocation is gone, though systemd said a moment before that it runs", () => {
    expect(app({ units: [unit("app", RUNNING)], past: past([exit(1, 0)]), spec: { restartPolicy: "Never" } })).toEqual(
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
    const previous = reported({ ...runs(1, agoText(60)), restartCount: 4, lastState: ended(9, 70) });
    expect(app({ units: [unit("app", RUNNING, 1)], previous })).toEqual(
      runs(1, agoText(60), { restartCount: 4, lastState: ended(9, 70) }),
    );
  });

  test("is not ready while it is over but its end is not recorded", () => {
    expect(app({ units: [unit("app", DEAD)], previous: runningStatus() })).toEqual(
      runs(1, agoText(60), { ready: false }),
    );
  });
});
