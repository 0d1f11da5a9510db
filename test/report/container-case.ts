import type { ContainerStatus, PodSpec, PodStatus, Terminated } from "../../src/model/api/pod.ts";
import type { ContainerHistory } from "../../src/model/exit-record.ts";
import type { ActualUnit } from "../../src/model/unit.ts";
import { reportPod } from "../../src/report/pod-status.ts";
import {
  ago,
  agoText,
  id,
  invocation,
  NOW,
  NOW_TEXT,
  pod,
  runnable,
  runningStatus,
  status,
  UID,
  world,
} from "./base.ts";

export interface Case {
  readonly units?: readonly ActualUnit[];
  readonly past?: ContainerHistory;
  readonly previous?: PodStatus;
  readonly spec?: Partial<PodSpec>;
  readonly deleted?: boolean;
  readonly waiting?: { reason: string; message: string };
}

export function app({
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

export const reported = (change: Partial<ContainerStatus>) =>
  runningStatus({ containerStatuses: [status({}, change)] });
export const runs = (n: number, startedAt: string, change: Partial<ContainerStatus> = {}) =>
  status(
    { running: { startedAt } },
    { ready: true, started: true, imageID: "host", containerID: id(n), resources: {}, ...change },
  );
export const ended = (n: number, seconds: number, change: Partial<Terminated> = {}) => ({
  terminated: {
    exitCode: 1,
    reason: "Error",
    startedAt: agoText(seconds + 5),
    finishedAt: agoText(seconds),
    containerID: id(n),
    ...change,
  },
});
export const crashLoop = (delay: string) => ({
  waiting: {
    reason: "CrashLoopBackOff",
    message: `back-off ${delay} restarting failed container=app pod=web_shop(${UID})`,
  },
});
export const started = (n: number, seconds: number) => ({ started: { at: ago(seconds), invocation: invocation(n) } });
