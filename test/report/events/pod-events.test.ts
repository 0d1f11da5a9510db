import { describe, expect, test } from "vitest";
import type { PodEvent } from "../../../src/model/api/event.ts";
import type { ContainerStatus, PodStatus } from "../../../src/model/api/pod.ts";
import type { Problem } from "../../../src/model/problem.ts";
import { type PodTransition, podEvents } from "../../../src/report/events/pod-events.ts";
import { agoText, id, invocation, pod, rejected, runnable, runningStatus, status, UID } from "../base.ts";

const WAITING = status({ waiting: { reason: "ContainerCreating" } });
const of = (...containerStatuses: ContainerStatus[]): PodStatus => runningStatus({ containerStatuses });
const run = (n: number, change: Partial<ContainerStatus> = {}) =>
  status({ running: { startedAt: agoText(1) } }, { containerID: id(n), started: true, ready: true, ...change });
const end = (n: number, change: object = {}) => ({
  terminated: {
    exitCode: 1,
    reason: "Error",
    startedAt: agoText(9),
    finishedAt: agoText(5),
    containerID: id(n),
    ...change,
  },
});
const crashLoop = { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s …" } };
const backingOff = (n: number) => status(crashLoop, { containerID: id(n), lastState: end(n) });

function events(
  previous: PodStatus | undefined,
  next: PodStatus,
  change: Partial<PodTransition> = {},
): Partial<PodEvent>[] {
  return podEvents({ translation: runnable(), previous, next, ...change }).map(({ pod: _, ...event }) => event);
}
const app = (type: PodEvent["type"], reason: string, message: string, occurrence: string) => ({
  ...{ type, reason, message, fieldPath: "spec.containers{app}", occurrence },
});
const started = (n: number, image = "host") => [
  app(
    "Normal",
    "Pulled",
    `Container image "${image}" already present on machine and can be accessed by the pod`,
    invocation(n),
  ),
  app("Normal", "Created", "Container created", invocation(n)),
  app("Normal", "Started", "Container started", invocation(n)),
];
const backOff = (n: number) =>
  app("Warning", "BackOff", `Back-off restarting failed container app in pod web_shop(${UID})`, invocation(n));

describe("podEvents()", () => {
  test("is silent when nothing changed", () => {
    expect(events(of(backingOff(1)), of(backingOff(1)))).toEqual([]);
  });

  test("tells a first start", () => {
    expect(events(of(WAITING), of(run(1)))).toEqual(started(1));
  });

  test("tells the start of a container that has ended again", () => {
    expect(events(of(WAITING), of(status(end(1), { containerID: id(1) })))).toEqual(started(1));
  });

  test("tells a start once, also when only lastState still knows it", () => {
    expect(events(of(run(1)), of(run(3, { lastState: end(2) })))).toEqual([...started(2), ...started(3)]);
  });

  test("does not claim that an image is present which is not", () => {
    const translation = runnable();
    const containers = translation.containers.map((each) => ({ ...each, namesHost: false }));
    const change = { translation: { ...translation, containers } };
    expect(events(of(WAITING), of(run(1, { image: "nginx" })), change)).toEqual(started(1).slice(1));
  });

  test("tells the init container by its field", () => {
    const translation = runnable(pod({ initContainers: [{ name: "setup" }] }));
    const next = runningStatus({ initContainerStatuses: [run(5, { name: "setup" })] });
    expect(events(runningStatus(), next, { translation }).map((each) => each.fieldPath)).toEqual(
      Array.from({ length: 3 }, () => "spec.initContainers{setup}"),
    );
  });

  test("tells a back-off when it begins", () => {
    expect(events(of(run(1)), of(backingOff(1)))).toEqual([backOff(1)]);
  });

  test("tells a back-off again after another exit", () => {
    expect(events(of(backingOff(1)), of(backingOff(2)))).toEqual([...started(2), backOff(2)]);
  });

  test("tells a program that could not be executed", () => {
    const failed = end(1, { exitCode: 128, reason: "StartError", message: 'cannot execute "/x": no such file' });
    expect(events(of(WAITING), of(status(failed, { containerID: id(1) })))).toEqual([
      ...started(1).slice(0, 2),
      app("Warning", "Failed", 'Error: cannot execute "/x": no such file', invocation(1)),
    ]);
  });

  test.each<[string, string, string, [PodEvent["type"], string, string][]]>([
    [
      "ErrImagePull",
      "nginx",
      "no images",
      [
        ["Warning", "Failed", 'Failed to pull image "nginx": no images'],
        ["Warning", "Failed", "Error: ErrImagePull"],
      ],
    ],
    [
      "ImagePullBackOff",
      "nginx",
      "m",
      [
        ["Normal", "BackOff", 'Back-off pulling image "nginx"'],
        ["Warning", "Failed", "Error: ImagePullBackOff"],
      ],
    ],
    [
      "InvalidImageName",
      "A:B",
      "m",
      [
        ["Warning", "InspectFailed", "m"],
        ["Warning", "Failed", "Error: InvalidImageName"],
      ],
    ],
    [
      "ErrImageNeverPull",
      "nginx",
      "m",
      [
        ["Warning", "ErrImageNeverPull", "m"],
        ["Warning", "Failed", "Error: ErrImageNeverPull"],
      ],
    ],
    [
      "CreateContainerConfigError",
      "host",
      'configmap "c" not found',
      [["Warning", "Failed", 'Error: configmap "c" not found']],
    ],
  ])("tells %s", (reason, image, message, expected) => {
    expect(events(of(WAITING), of(status({ waiting: { reason, message } }, { image })))).toEqual(
      expected.map(([type, word, text]) => app(type, word, text, "1")),
    );
  });

  test("tells a volume that cannot be mounted once for the pod", () => {
    const message = 'MountVolume.SetUp failed for volume "v" : configmap "c" not found';
    const waiting = { waiting: { reason: "ContainerCreating", message } };
    expect(events(of(WAITING), of(status(waiting), status(waiting, { name: "b" })))).toEqual([
      { type: "Warning", reason: "FailedMount", message, occurrence: "1" },
    ]);
  });

  const problems: Problem[] = [
    {
      severity: "ignore",
      path: "spec.hostNetwork",
      because: "is taken for true",
      remedy: "set hostNetwork = required to refuse it",
    },
    { severity: "reject", path: "spec.hostPID", because: "x", remedy: "y" },
  ];
  const ignored = {
    type: "Warning",
    reason: "FieldIgnored",
    message: "spec.hostNetwork is taken for true: set hostNetwork = required to refuse it",
    occurrence: "",
  };

  test("tells what is ignored when the pod arrives", () => {
    expect(events(undefined, of(WAITING), { translation: { ...runnable(), problems } })).toEqual([ignored]);
  });

  test("tells what is ignored when the pod changes, in the same words", () => {
    const before = { ...of(WAITING), observedGeneration: 1 };
    const after = { ...of(WAITING), observedGeneration: 2 };
    expect(events(before, after, { translation: { ...runnable(), problems } })).toEqual([ignored]);
  });

  test("does not tell it again", () => {
    expect(events(of(WAITING), of(WAITING), { translation: { ...runnable(), problems } })).toEqual([]);
  });

  const failed: PodStatus = { phase: "Failed", startTime: agoText(0) };
  const rejection = {
    type: "Warning",
    reason: "UnsupportedField",
    message: "spec.hostPID: not supported",
    occurrence: "1",
  };

  test("tells a rejection", () => {
    expect(events(undefined, failed, { translation: rejected() })).toEqual([rejection]);
  });

  test("tells a rejection once", () => {
    expect(events(failed, failed, { translation: rejected() })).toEqual([]);
  });
});
