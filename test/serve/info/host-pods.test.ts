import { expect, test } from "vitest";
import { findInstance } from "../../../src/io/logs/instance.ts";
import { type ContainerHistory, type ExitRecord, NO_HISTORY } from "../../../src/model/exit-record.ts";
import { type HostContainer, hostPods } from "../../../src/serve/info/host-pods.ts";
import { runningPods } from "../../../src/serve/info/pods.ts";

const START = 1_700_000_000_000;

const exit = (invocation: string, at: number, status = "0"): ExitRecord => ({
  invocation,
  result: "success",
  code: "exited",
  status,
  startedAt: at,
  finishedAt: at + 1000,
  oomKilled: false,
  executed: true,
  specHash: "s",
});

const container = (history: Partial<ContainerHistory>, invocation?: string): HostContainer => ({
  identity: { namespace: "shop", pod: "web", podUID: "u", container: "main", kind: "container", specHash: "s" },
  history: { ...NO_HISTORY, ...history },
  ...(invocation === undefined ? {} : { invocation }),
});

const status = (each: HostContainer) => hostPods([each], [])[0]?.status?.containerStatuses?.[0];

test("a container that runs for the second time", () => {
  const history = { exits: [exit("a", START, "1")], started: { at: START + 5000, invocation: "b" } };
  expect(status(container(history, "b"))).toMatchObject({
    state: { running: { startedAt: "2023-11-14T22:13:25Z" } },
    lastState: { terminated: { exitCode: 1, containerID: "systemd://a" } },
    restartCount: 1,
    containerID: "systemd://b",
  });
});

test("one that waits out its back-off is not running, and its last run is the one to read", () => {
  const history = { exits: [exit("a", START, "1")], backOffUntil: START + 9000 };
  const each = container(history, "b");
  expect(status(each)).toMatchObject({ state: { waiting: { reason: "CrashLoopBackOff" } }, ready: false });
  const [pod] = hostPods([each], []);
  expect(pod && findInstance(pod, "main", false, () => history.exits).invocation).toBe("a");
});

test("one that has ended for good, and one that has not begun", () => {
  expect(status(container({ exits: [exit("a", START)], finished: true }))).toMatchObject({
    state: { terminated: { exitCode: 0, reason: "Completed" } },
    restartCount: 0,
  });
  expect(status(container({}))).toMatchObject({ state: { waiting: { reason: "ContainerCreating" } }, restartCount: 0 });
});

test("running containers have their image, if a run has noted it", () => {
  const on = container({ started: { at: START, invocation: "b" } }, "b");
  const off: HostContainer = { ...container({}), identity: { ...on.identity, podUID: "v", pod: "off" } };
  const notes = [
    {
      ...{ namespace: "shop", name: "web", uid: "u", phase: "Running" },
      containers: [{ name: "main", kind: "container", image: "host", state: "running" } as const],
    },
  ];
  expect(runningPods(hostPods([on, off], notes))).toEqual([
    {
      metadata: { name: "web", namespace: "shop", uid: "u" },
      spec: { containers: [{ name: "main", image: "host", resources: {} }] },
      status: {},
    },
  ]);
});
