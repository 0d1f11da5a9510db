import { expect, test } from "vitest";
import type { PodStatus } from "../../src/model/api/pod.ts";
import { podEvents } from "../../src/report/events/pod-events.ts";
import { runnable, runningStatus, status } from "./base.ts";

const waits = (reason: string, message?: string) =>
  runningStatus({
    containerStatuses: [status({ waiting: { reason, ...(message && { message }) } }, { image: "nginx" })],
  });
const BEFORE = waits("ContainerCreating");
const FAILURE = waits("ErrImagePull", "no such image");
const PAUSE = waits("ImagePullBackOff", 'Back-off pulling image "nginx": ErrImagePull: no such image');

const told = (previous: PodStatus, next: PodStatus) =>
  podEvents({ translation: runnable(), previous, next }).map(
    ({ type, reason, message }) => `${type} ${reason}: ${message}`,
  );

const FAILED = ['Warning Failed: Failed to pull image "nginx": no such image', "Warning Failed: Error: ErrImagePull"];
const PAUSES = ['Normal BackOff: Back-off pulling image "nginx"', "Warning Failed: Error: ImagePullBackOff"];

test("a pull that failed is told with the reason, then its pause", () => {
  expect([...told(BEFORE, FAILURE), ...told(FAILURE, PAUSE)]).toEqual([...FAILED, ...PAUSES]);
});

test("both are told when no run came between them", () => {
  expect(told(BEFORE, PAUSE)).toEqual([...FAILED, ...PAUSES]);
});
