import { describe, expect, test } from "vitest";
import type { Container, ContainerStatus, Pod, PodPhase, PodStatus } from "../../src/model/api/pod.ts";
import { toTimestamp } from "../../src/model/api/time.ts";
import type { PodUsage } from "../../src/model/host/usage.ts";
import type { World } from "../../src/model/world.ts";
import { NOW, pod, UID } from "../translate/base.ts";
import { bare, DEAD, ended, plan, STOPPING, unitName, up, withPods, withUnit } from "./base.ts";

const APP = unitName("app");
const WEB = pod();
const KILLING = "[Normal Killing: Stopping container app]";

const LET_IN: PodStatus = { phase: "Running", startTime: "2026-01-01T00:00:00Z" };

const TOLD: ContainerStatus = {
  ...{ name: "app", state: {}, lastState: {}, ready: false, restartCount: 0, image: "host", imageID: "" },
};

const phase =
  (as: PodPhase) =>
  (of: Pod): Pod => ({ ...of, status: { ...of.status, phase: as, containerStatuses: [TOLD] } });
const REMOVED = ["kill-left slice", "stop slice", "remove-unit slice", "remove-unit app", "remove-pod"];

describe("a pod that is over", () => {
  test.for(["Succeeded", "Failed"] as const)("%s, is removed from the host, but not from the API server", (as) => {
    expect(plan(withPods(ended(up(WEB)), phase(as)))).toEqual(REMOVED);
  });

  test("and still runs is stopped", () => {
    expect(plan(withPods(up(WEB), phase("Failed")))).toEqual(["mark-stopping", "unlink app", `stop slice ${KILLING}`]);
  });

  test("is not removed before it was told how its containers ended", () => {
    const untold = (of: Pod): Pod => ({
      ...of,
      status: { ...LET_IN, phase: "Failed", containerStatuses: [{ ...TOLD, state: { running: { startedAt: "" } } }] },
    });
    expect(plan(withPods(ended(up(WEB)), untold))).toEqual([]);
  });

  test("and of which nothing is left needs nothing", () => {
    expect(plan(bare(phase("Succeeded")(WEB)))).toEqual([]);
  });
});

describe("a pod that was turned away", () => {
  const refuse = (of: Pod): Pod => ({ ...of, spec: { ...of.spec, runtimeClassName: "gvisor" } as never, status: {} });

  test("before it was here needs nothing", () => {
    expect(plan(bare(refuse(WEB)))).toEqual([]);
  });

  test("though it runs is stopped", () => {
    expect(plan(withPods(up(WEB), refuse))).toEqual(["mark-stopping", "unlink app", `stop slice ${KILLING}`]);
  });

  test("is removed when it has stopped", () => {
    expect(plan(withPods(ended(up(WEB)), refuse))).toEqual(REMOVED);
  });
});

describe("a pod that the node evicts", () => {
  const greedy = (of: Pod): Pod => {
    const [app] = of.spec.containers as [Container];
    const resources = { limits: { "ephemeral-storage": "1" } };
    return { ...of, spec: { ...of.spec, containers: [{ ...app, resources }] }, status: LET_IN };
  };
  const usage = new Map([
    [
      UID,
      {
        memory: 0,
        processes: 0,
        disk: 2,
        inodes: 0,
        containers: new Map(),
        containerDisk: new Map(),
        volumes: new Map(),
      },
    ],
  ]);

  test("is killed, and stopped so that it does not come back", () => {
    expect(plan({ ...withPods(up(WEB), greedy), usage })).toEqual([
      "kill app",
      "mark-stopping",
      "unlink app",
      `stop slice ${KILLING}`,
    ]);
  });

  test("is killed also while it stops because it was deleted", () => {
    const deleted = (of: Pod): Pod => {
      const times = { deletionTimestamp: toTimestamp(NOW), deletionGracePeriodSeconds: 3600 };
      return { ...greedy(of), metadata: { ...of.metadata, ...times } };
    };
    const stops = withUnit(up(WEB), APP, { state: STOPPING, linked: false });
    const since = { stoppingSince: NOW - 60_000, stoppingGrace: 3600 };
    const directories = new Map([...stops.directories].map(([uid, each]) => [uid, { ...each, ...since }]));
    expect(plan({ ...withPods(stops, deleted), directories, usage })).toContain("kill app");
  });

  test("and of which nothing runs any more is removed", () => {
    expect(plan({ ...withPods(ended(up(WEB)), greedy), usage })).toEqual(REMOVED);
  });

  const alarm = (seconds: number) => `schedule-run ${toTimestamp(NOW + seconds * 1000)}`;
  const stopping = withUnit(withPods(up(WEB), phase("Failed")), APP, { state: STOPPING, linked: false });

  test("by a soft threshold has the grace period of the node's settings", () => {
    const [used] = usage.values();
    const world = withPods(up(WEB), (of) => ({ ...of, status: LET_IN }));
    const soft = {
      evictionSoft: { "memory.available": { quantity: 1e15 } },
      evictionSoftGracePeriod: { "memory.available": 1 },
      ...{ evictionMaxPodGracePeriod: 5, evictionHard: {} },
    };
    const key = "memory.available<1000000000000000/1";
    const pressureHistory = { at: NOW, since: { [key]: NOW - 1 }, active: [], conditions: {} };
    const config = { ...world.config, ...soft };
    const host = { ...world.host, pressureHistory };
    expect(plan({ ...world, config, host, usage: new Map([[UID, used as PodUsage]]) })).toEqual([
      ...["write-grace-period", "mark-stopping", "unlink app", `stop slice ${KILLING}`, alarm(5)],
    ]);
  });

  test.each([
    [4, [alarm(1)]],
    [5, ["kill app"]],
  ])("is killed when that is over: after %i s", (seconds, expected) => {
    const since = { stoppingSince: NOW - seconds * 1000, stoppingGrace: 5 };
    const directories = new Map([...stopping.directories].map(([uid, each]) => [uid, { ...each, ...since }]));
    expect(plan({ ...stopping, directories })).toEqual(expected);
  });
});

describe("a pod that is not in the list any more", () => {
  const vanished = (world: World): World => ({ ...world, pods: { complete: true, items: [] } });

  const cases: [string, World, string[]][] = [
    ["is stopped", vanished(up(WEB)), ["mark-stopping", "unlink app", "stop slice"]],
    ["is waited for", vanished(withUnit(up(WEB), APP, { state: STOPPING, linked: false })), []],
    ["is removed when it has stopped", vanished(ended(up(WEB))), REMOVED],
    ["and has left only a directory", vanished({ ...bare(), directories: up(WEB).directories }), ["remove-pod"]],
    [
      "and whose unit is about to be started is stopped first",
      vanished(withUnit(ended(up(WEB)), APP, { state: { ...DEAD, job: "start" } })),
      ["mark-stopping", "stop slice"],
    ],
    [
      "and whose unit came with the host's boot is unloaded",
      vanished(withUnit(ended(up(WEB)), APP, { state: DEAD })),
      [...REMOVED, "reload"],
    ],
    [
      "and whose unit failed is forgotten by systemd too",
      vanished(withUnit(ended(up(WEB)), APP, { state: { ...DEAD, active: "failed", sub: "failed" } })),
      [
        "kill-left slice",
        "stop slice",
        "remove-unit slice",
        "remove-unit app",
        "reset-failed app",
        "remove-pod",
        "reload",
      ],
    ],
  ];

  test.for(cases)("%s", ([, world, expected]) => {
    expect(plan(world)).toEqual(expected);
  });

  test("is left alone while the list is not whole", () => {
    const world: World = { ...up(WEB), pods: { complete: false, items: [], because: "503" } };
    expect(plan(world)).toEqual([]);
    expect([...world.directories.keys()]).toEqual([UID]);
  });
});
