import { describe, expect, test } from "vitest";
import type { Pod, PodStatus } from "../../src/model/api/pod.ts";
import { type ContainerHistory, type ExitRecord, NO_HISTORY } from "../../src/model/exit-record.ts";
import type { FetchResult } from "../../src/model/references.ts";
import type { ActualUnit, UnitName, UnitOwner, UnitState } from "../../src/model/unit.ts";
import type { World } from "../../src/model/world.ts";
import { isTransitioning, validUntil } from "../../src/run/valid-until.ts";
import { CONFIG, HOST, NO_REFERENCES, NOW, pod, UID } from "../translate/base.ts";

const MINUTE = 60_000;
const NAME = "unitlet.shop.web.app.service" as UnitName;

const QUIET: World = {
  now: NOW,
  config: CONFIG,
  host: HOST,
  pods: { complete: true, items: [] },
  units: new Map(),
  directories: new Map(),
  references: NO_REFERENCES,
  agent: { watch: undefined, path: undefined, inactive: [] },
  absentDirectories: new Set(),
  hostFiles: new Map(),
};

const IDENTITY: UnitOwner = {
  namespace: "shop",
  pod: "web",
  podUID: UID,
  container: "app",
  kind: "container",
  specHash: "h",
};

function withUnit(state: Partial<UnitState>, change: Partial<ActualUnit> = {}): World {
  const whole: UnitState = { load: "loaded", active: "active", sub: "running", job: "", ...state };
  const unit: ActualUnit = {
    name: NAME,
    text: "x",
    identity: IDENTITY,
    dropIns: [],
    linked: true,
    state: whole,
    ...change,
  };
  return { ...QUIET, units: new Map([[NAME, unit]]) };
}

/** A unit between its starts, and until when container-start means to wait. */
function inStartPre(backOffUntil: number): World {
  const histories = new Map([["app", { ...NO_HISTORY, backOffUntil }]]);
  const directories = new Map([[UID, { uid: UID, histories, files: new Map(), volumes: new Map() }]]);
  return { ...withUnit({ active: "activating", sub: "start-pre", job: "start" }), directories };
}

const withPods = (...items: Pod[]): World => ({ ...QUIET, pods: { complete: true, items } });

describe("a world is left alone for a minute", () => {
  const cases: [string, World][] = [
    ["without pods", QUIET],
    ["with a unit that runs", withUnit({})],
    ["with a unit that ended", withUnit({ active: "inactive", sub: "dead" })],
    ["with a unit that backs off", inStartPre(NOW + 1)],
    ["with a pod that needs nothing", withPods(pod())],
  ];

  test.for(cases)("%s", ([, world]) => {
    expect(validUntil(world)).toBe(NOW + MINUTE);
  });
});

test("a world is left alone no longer than syncFrequency", () => {
  const config = { ...QUIET.config, syncFrequency: 20_000 };
  expect(validUntil({ ...withPods(pod()), config })).toBe(NOW + 20_000);
});

test("a world with an idle container is left alone until its back-off ends", () => {
  const { directories } = inStartPre(NOW + 20_000);
  expect(validUntil({ ...withUnit({ active: "inactive", sub: "dead" }), directories })).toBe(NOW + 20_000);
});

describe("a world is looked at again at once", () => {
  const cases: [string, World][] = [
    ["when the list was not whole", { ...QUIET, pods: { complete: false, items: [], because: "503" } }],
    ["with a unit that starts", withUnit({ active: "activating", sub: "start" })],
    ["with a unit about to start", withUnit({ active: "activating", sub: "start-pre", job: "start" })],
    ["with a unit whose back-off is over", inStartPre(NOW)],
    ["with a unit that stops", withUnit({ active: "deactivating", sub: "stop-sigterm" })],
    ["with a unit that waits to restart", withUnit({ active: "activating", sub: "auto-restart" })],
    ["with a unit that failed", withUnit({ active: "failed", sub: "failed" })],
    ["with a unit that has a job", withUnit({ active: "inactive", sub: "dead", job: "start" })],
    ["with a pod that is being deleted", withPods(pod({}, { deletionTimestamp: "2026-01-02T03:04:35Z" }))],
  ];

  test.for(cases)("%s", ([, world]) => {
    expect(validUntil(world)).toBeUndefined();
  });
});

describe("a start or an end is all but over", () => {
  const past = (change: Partial<ContainerHistory>) =>
    new Map([
      [
        UID,
        { uid: UID, histories: new Map([["app", { ...NO_HISTORY, ...change }]]), files: new Map(), volumes: new Map() },
      ],
    ]);
  const startPre = (change: Partial<ContainerHistory>): World => ({
    ...withUnit({ active: "activating", sub: "start-pre", job: "start" }, { invocation: "i" }),
    directories: past(change),
  });
  const start = (type: string, state: Partial<UnitState> = {}): World => ({
    ...withUnit(
      { active: "activating", sub: "start", job: "start", ...state },
      { invocation: "i", identity: { ...IDENTITY, serviceType: type } },
    ),
    directories: past({ started: { at: NOW, invocation: "i" } }),
  });
  const stop = (exits: ExitRecord[]): World => ({
    ...withUnit({ active: "deactivating", sub: "stop-post", job: "stop" }, { invocation: "i" }),
    directories: past({ exits }),
  });
  const exit = (invocation: string, finishedAt = NOW): ExitRecord => ({
    ...{ invocation, result: "success", code: "exited", status: "0", startedAt: 0, finishedAt },
    ...{ oomKilled: false, executed: true, specHash: "h" },
  });

  test.for<[string, World]>([
    ["once its helper has noted it", startPre({ started: { at: NOW, invocation: "i" } })],
    ["while the program is executed", start("exec")],
    ["while crun makes the container", start("forking")],
    ["once it is recorded", stop([exit("i")])],
  ])("%s", ([, world]) => {
    expect(isTransitioning(world)).toBe(true);
  });

  test.for<[string, World]>([
    ["before that", startPre({})],
    ["while it backs off", startPre({ backOffUntil: NOW + 1 })],
    ["of another instance", startPre({ started: { at: NOW, invocation: "h" } })],
    ["while the container has time to end", stop([exit("h")])],
    ["of an init container, which runs", start("oneshot")],
    ["of a program that says when it has started", start("notify")],
    ["when the start hangs", startPre({ started: { at: NOW - MINUTE, invocation: "i" } })],
    ["when the end hangs", stop([exit("i", NOW - MINUTE)])],
    ["when it is over", start("exec", { active: "active", sub: "running", job: "" })],
  ])("but not %s", ([, world]) => {
    expect(isTransitioning(world)).toBe(false);
  });
});

describe("a world is looked at when something in it is due", () => {
  const source = { configMap: { name: "m", items: [{ key: "k", path: "k" }] } };
  const mounting = (phase: PodStatus["phase"]): Pod => ({
    ...pod({ volumes: [{ name: "v", projected: { sources: [source] } }] }),
    ...(phase ? { status: { phase, startTime: "2026-01-01T00:00:00Z" } } : {}),
  });

  const found = (value: unknown, at: number): FetchResult => ({ ok: true, value, at });
  const knownSince = (phase: PodStatus["phase"], age: number): World => ({
    ...withPods(mounting(phase)),
    references: new Map([
      ["configmap/shop/m", found({}, NOW - age)],
      ["service/default/kubernetes", found({}, NOW)],
      ["services/shop/", found([], NOW)],
    ]),
  });

  test.for(["Running", "Pending"] as const)("of a pod in phase %s", (phase) => {
    expect(validUntil(knownSince(phase, 40_000))).toBe(NOW + 20_000);
  });

  test.for(["Succeeded", "Failed"] as const)("but not of a pod in phase %s", (phase) => {
    expect(validUntil(knownSince(phase, 40_000))).toBe(NOW + MINUTE);
  });
});

describe("workloads that are due", () => {
  const due = (dueAt: number): World => {
    return { ...QUIET, pods: { complete: true, items: [], workloads: { before: [], states: [], dueAt } } };
  };

  test("let a run look closer then", () => {
    expect(validUntil(due(NOW + 3000))).toBe(NOW + 3000);
  });

  test("let the next run look closer when that is past already", () => {
    expect(validUntil(due(NOW))).toBeUndefined();
  });
});
