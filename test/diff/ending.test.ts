import { describe, expect, test } from "vitest";
import type { Container, ContainerStatus, Pod, PodPhase, PodStatus } from "../../src/model/api/pod.ts";
import type { World } from "../../src/model/world.ts";
import { pod, UID } from "../translate/base.ts";
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
const REMOVED = (because: string) => [
  `stop slice: ${because}`,
  `remove-unit slice: ${because}`,
  `remove-unit app: ${because}`,
  `remove-pod: ${because}`,
];

describe("a pod that is over", () => {
  test.for(["Succeeded", "Failed"] as const)("%s, is removed from the host, but not from the API server", (as) => {
    expect(plan(withPods(ended(up(WEB)), phase(as)))).toEqual(REMOVED("the pod has ended"));
  });

  test("and still runs is stopped", () => {
    expect(plan(withPods(up(WEB), phase("Failed")))).toEqual([
      "unlink app: the pod has ended",
      `stop slice: the pod has ended ${KILLING}`,
    ]);
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
    expect(plan(withPods(up(WEB), refuse))).toEqual([
      "unlink app: the pod was rejected",
      `stop slice: the pod was rejected ${KILLING}`,
    ]);
  });

  test("is removed when it has stopped", () => {
    expect(plan(withPods(ended(up(WEB)), refuse))).toEqual(REMOVED("the pod was rejected"));
  });
});

describe("a pod that the node evicts", () => {
  const MESSAGE = "Pod ephemeral local storage usage exceeds the total limit of containers 1. ";
  const greedy = (of: Pod): Pod => {
    const [app] = of.spec.containers as [Container];
    const resources = { limits: { "ephemeral-storage": "1" } };
    return { ...of, spec: { ...of.spec, containers: [{ ...app, resources }] }, status: LET_IN };
  };
  const usage = new Map([
    [UID, { memory: 0, processes: 0, disk: 2, inodes: 0, containers: new Map(), volumes: new Map() }],
  ]);

  test("is killed, and stopped so that it does not come back", () => {
    expect(plan({ ...withPods(up(WEB), greedy), usage })).toEqual([
      `kill app: ${MESSAGE}`,
      `unlink app: ${MESSAGE}`,
      `stop slice: ${MESSAGE} ${KILLING}`,
    ]);
  });

  test("and of which nothing runs any more is removed", () => {
    expect(plan({ ...withPods(ended(up(WEB)), greedy), usage })).toEqual(REMOVED(MESSAGE));
  });
});

describe("a pod that is not in the list any more", () => {
  const vanished = (world: World): World => ({ ...world, pods: { complete: true, items: [] } });

  const cases: [string, World, string[]][] = [
    ["is stopped", vanished(up(WEB)), ["unlink app: the pod is gone", "stop slice: the pod is gone"]],
    ["is waited for", vanished(withUnit(up(WEB), APP, { state: STOPPING, linked: false })), []],
    ["is removed when it has stopped", vanished(ended(up(WEB))), REMOVED("the pod is gone")],
    [
      "and has left only a directory",
      vanished({ ...bare(), directories: up(WEB).directories }),
      ["remove-pod: the pod is gone"],
    ],
    [
      "and whose unit is about to be started is stopped first",
      vanished(withUnit(ended(up(WEB)), APP, { state: { ...DEAD, job: "start" } })),
      ["stop slice: the pod is gone"],
    ],
    [
      "and whose unit came with the host's boot is unloaded",
      vanished(withUnit(ended(up(WEB)), APP, { state: DEAD })),
      [...REMOVED("the pod is gone"), `reload: ${APP} is still loaded`],
    ],
    [
      "and whose unit failed is forgotten by systemd too",
      vanished(withUnit(ended(up(WEB)), APP, { state: { ...DEAD, active: "failed", sub: "failed" } })),
      [
        `stop slice: the pod is gone`,
        "remove-unit slice: the pod is gone",
        "remove-unit app: the pod is gone",
        "reset-failed app: the pod is gone",
        "remove-pod: the pod is gone",
        `reload: ${APP} is still loaded`,
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
