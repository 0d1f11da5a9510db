import { describe, expect, test } from "vitest";
import type { ContainerStatus, PodStatus } from "../../../src/model/api/pod.ts";
import type { StoredImage } from "../../../src/model/image/image.ts";
import type { Runnable } from "../../../src/model/translation.ts";
import { podEvents } from "../../../src/report/events/pod-events.ts";
import { staleVolumeEvents } from "../../../src/report/events/volume-events.ts";
import { agoText, id, pod, runnable, runningStatus, status } from "../base.ts";

const STORED = {
  size: 7,
  pulled: { from: Number.MAX_SAFE_INTEGER - 1500, to: Number.MAX_SAFE_INTEGER },
} as StoredImage;
const of = (...containerStatuses: ContainerStatus[]): PodStatus => runningStatus({ containerStatuses });
const WAITING = status({ waiting: { reason: "ContainerCreating" } });
const RUNNING = status({ running: { startedAt: agoText(1) } }, { containerID: id(1) });

/** Of the pod as a whole. */
function told(previous: PodStatus | undefined, next: PodStatus, change: Partial<Runnable> = {}) {
  const mounting = { name: "app", image: "host", volumeMounts: [{ name: "v", mountPath: "/srv" }] };
  const own = { ...pod({ containers: [mounting] }), status: runningStatus() };
  const imageVolumes = [{ volume: "v", reference: "files:1", stored: STORED }];
  const translation = { ...runnable(), pod: own, imageVolumes, ...change };
  return podEvents({ translation, previous, next })
    .filter(({ fieldPath }) => fieldPath === undefined)
    .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
}

describe("the image of a volume", () => {
  test("has been pulled when the first container starts that mounts it", () => {
    expect(told(of(WAITING), of(RUNNING))).toEqual([
      'Normal Pulled: Successfully pulled image "files:1" in 1.5s (1.5s including waiting). Image size: 7 bytes.',
    ]);
  });

  test("was there already", () => {
    const imageVolumes = [{ volume: "v", reference: "files:1", stored: { size: 7 } as StoredImage }];
    expect(told(of(WAITING), of(RUNNING), { imageVolumes })).toEqual([
      'Normal Pulled: Container image "files:1" already present on machine and can be accessed by the pod',
    ]);
  });

  test("is no news at a restart", () => {
    expect(told(of(RUNNING), of({ ...RUNNING, containerID: id(2) }))).toEqual([]);
  });

  test.for([
    ["ErrImagePull", 'Warning Failed: Failed to pull image "files:1": gone'],
    ["ImagePullBackOff", 'Normal BackOff: Back-off pulling image "files:1"'],
    ["ErrImageNeverPull", "Warning ErrImageNeverPull: gone"],
    ["InvalidImageName", "Warning InspectFailed: gone"],
  ] as const)("that cannot be had is told of the pod: %s", ([reason, words]) => {
    const waits = status({ waiting: { reason, message: "gone" } });
    const { containers } = runnable();
    const awaiting = containers.map((each) => ({ ...each, awaits: "files:1" }));
    expect(told(of(WAITING), of(waits), { containers: awaiting })).toEqual([words]);
  });
});

test("a volume whose new content cannot be read is told again and again, and not at each run", () => {
  const because = "configmap references non-existent config key: a";
  const translation = { ...runnable(), staleVolumes: new Map([["v", because]]) };
  const at = (minutes: number) => staleVolumeEvents(translation, minutes * 60_000);
  expect(at(0).map(({ type, reason, message }) => [type, reason, message])).toEqual([
    ["Warning", "FailedMount", `MountVolume.SetUp failed for volume "v" : ${because}`],
  ]);
  expect(at(1)).toEqual(at(0));
  expect(at(11)).not.toEqual(at(0));
  expect(staleVolumeEvents(runnable(), 0)).toEqual([]);
});
