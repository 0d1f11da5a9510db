import { describe, expect, test } from "vitest";
import type { PodSpec, Terminated } from "../../src/model/api/pod.ts";
import type { ExitRecord } from "../../src/model/exit-record.ts";
import { BACKING_OFF, exit, id, NOW, past, SUCCESS, status, unit } from "./base.ts";
import { app, crashLoop, ended, reported } from "./container-case.ts";

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
    const previous = reported({ ...status(crashLoop("10s")), containerID: id(2), restartCount: 1 });
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
    const previous = reported({ ...status(ended(1, 50)), restartCount: 2, imageID: "host", containerID: id(1) });
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
