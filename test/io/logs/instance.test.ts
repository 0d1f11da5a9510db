import { describe, expect, test } from "vitest";
import { findInstance } from "../../../src/io/logs/instance.ts";
import type { ContainerState, ContainerStatus, Pod } from "../../../src/model/api/pod.ts";
import type { ExitRecord } from "../../../src/model/exit-record.ts";

const at = (second: number) => new Date(second * 1000).toISOString().replace(".000", "");
const running = (second: number): ContainerState => ({ running: { startedAt: at(second) } });
const ended = (id: string, from: number, to: number): ContainerState => ({
  terminated: {
    exitCode: 1,
    reason: "Error",
    startedAt: at(from),
    finishedAt: at(to),
    ...(id && { containerID: `systemd://${id}` }),
  },
});

function pod(
  status: Partial<ContainerStatus>,
  kind: "containerStatuses" | "initContainerStatuses" = "containerStatuses",
): Pod {
  const whole = {
    name: "main",
    state: {},
    lastState: {},
    ready: false,
    restartCount: 0,
    image: "",
    imageID: "",
    ...status,
  };
  return {
    metadata: { name: "web", namespace: "shop", uid: "u" },
    spec: { containers: [{ name: "main" }, { name: "other" }], initContainers: [{ name: "before" }] },
    status: { [kind]: [whole] },
  };
}

const record = (invocation: string, startedAt: number, finishedAt: number): ExitRecord => ({
  ...{ invocation, startedAt, finishedAt, result: "success", code: "exited", status: "0" },
  ...{ oomKilled: false, executed: true, specHash: "" },
});

const unit = "unitlet.shop.web.main.service";

describe("findInstance()", () => {
  test("the run that is on", () => {
    const seen = findInstance(pod({ state: running(10), containerID: "systemd://b" }), "main", false, () => []);
    expect(seen).toEqual({ unit, invocation: "b", from: 10_000 });
  });

  test("the run that has ended, by whole seconds or by its record", () => {
    const over = pod({ state: ended("a", 10, 12) });
    expect(findInstance(over, "main", false, () => [])).toEqual({ unit, invocation: "a", from: 10_000, ended: 12_999 });
    const exits = [record("a", 10_250, 12_500)];
    expect(findInstance(over, "main", false, () => exits)).toEqual({
      unit,
      invocation: "a",
      from: 10_250,
      ended: 12_500,
    });
  });

  test("the run before, until the next one began", () => {
    const twice = pod({ state: running(20), containerID: "systemd://b", lastState: ended("a", 10, 12) });
    const expected = { unit, invocation: "a", from: 10_000, ended: 12_999, next: 20_000 };
    expect(findInstance(twice, "main", true, () => [])).toEqual(expected);
    const exits = [record("a", 10_250, 12_500), record("b", 20_100, 21_000)];
    expect(findInstance(twice, "main", true, () => exits)).toMatchObject({ from: 10_250, ended: 12_500, next: 20_100 });
  });

  test("the last run, while it waits to be restarted", () => {
    const waiting = pod({ state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: ended("a", 10, 12) });
    expect(findInstance(waiting, "main", false, () => []).invocation).toBe("a");
  });

  test("an init container's", () => {
    const status = { name: "before", state: ended("i", 10, 12) };
    const seen = findInstance(pod(status, "initContainerStatuses"), "before", false, () => []);
    expect(seen).toMatchObject({ unit: "unitlet.shop.web.before.service", invocation: "i" });
  });

  const waits = (reason: string) => pod({ state: { waiting: { reason } } });
  test.each<[string, Pod, string, boolean, number, string]>([
    ["unknown", pod({}), "none", false, 404, 'container "none" not found in pod "web"'],
    ["without a status", pod({}), "other", false, 400, 'container "other" in pod "web" is not available'],
    [
      "first run",
      pod({ state: running(1) }),
      "main",
      true,
      400,
      'previous terminated container "main" in pod "web" not found',
    ],
    [
      "waiting",
      waits("ContainerCreating"),
      "main",
      false,
      400,
      'container "main" in pod "web" is waiting to start: ContainerCreating',
    ],
    [
      "no image",
      waits("ErrImagePull"),
      "main",
      false,
      400,
      'container "main" in pod "web" is waiting to start: image can\'t be pulled',
    ],
    [
      "still no image",
      waits("ImagePullBackOff"),
      "main",
      false,
      400,
      'container "main" in pod "web" is waiting to start: trying and failing to pull image',
    ],
    ["no state", pod({}), "main", false, 400, 'container "main" in pod "web" is waiting to start - no logs yet'],
    ["never ran", pod({ state: ended("", 0, 1) }), "main", false, 400, 'container "main" in pod "web" is terminated'],
  ])("refuses: %s", (_, of, container, previous, status, message) => {
    const find = () => findInstance(of, container, previous, () => []);
    expect(find).toThrow(expect.objectContaining({ status, message }));
  });
});
