import type { ContainerState, ContainerStatus, Pod, PodSpec, PodStatus } from "../../src/model/api/pod.ts";
import { type ContainerHistory, type ExitRecord, NO_HISTORY } from "../../src/model/exit-record.ts";
import type { DesiredContainer, Rejected, Runnable } from "../../src/model/translation.ts";
import type { ActualUnit, ContainerKind, UnitName, UnitState } from "../../src/model/unit.ts";
import type { World } from "../../src/model/world.ts";
import { CONFIG, HOST } from "./node/base-host.ts";

/** 2026-01-02T03:04:05Z */
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
export const NOW_TEXT = "2026-01-02T03:04:05Z";
export const UID = "5f0c3a2e-0000-4000-8000-000000000001";

export function invocation(n: number): string {
  return n.toString(16).padStart(32, "0");
}

export function id(n: number): string {
  return `systemd://${invocation(n)}`;
}

/** So many seconds before now, as an instant and as the API writes it. */
export function ago(seconds: number): number {
  return NOW - seconds * 1000;
}

export function agoText(seconds: number): string {
  return new Date(ago(seconds)).toISOString().replace(".000Z", "Z");
}

export function pod(spec: Partial<PodSpec> = {}, metadata: Partial<Pod["metadata"]> = {}): Pod {
  return {
    metadata: { name: "web", namespace: "shop", uid: UID, generation: 1, ...metadata },
    spec: { containers: [{ name: "app", image: "host", command: ["/usr/bin/app"] }], restartPolicy: "Always", ...spec },
  };
}

export function unitName(container: string): UnitName {
  return `unitlet.shop.web.${container}.service` as UnitName;
}

export function unit(
  container: string,
  state: [UnitState["active"], string],
  run?: number,
  kind: ContainerKind = "container",
): ActualUnit {
  return {
    name: unitName(container),
    identity: { namespace: "shop", pod: "web", podUID: UID, container, kind, specHash: "h" },
    text: "[Service]\n",
    dropIns: [],
    linked: true,
    state: { load: "loaded", active: state[0], sub: state[1], job: "" },
    ...(run !== undefined && { invocation: invocation(run) }),
  };
}

export const RUNNING: [UnitState["active"], string] = ["active", "running"];
export const BACKING_OFF: [UnitState["active"], string] = ["activating", "start-pre"];
export const DEAD: [UnitState["active"], string] = ["inactive", "dead"];

/** A run that ended with 1 after five seconds, so many seconds ago. */
export function exit(run: number, seconds: number, change: Partial<ExitRecord> = {}): ExitRecord {
  return {
    invocation: invocation(run),
    result: "exit-code",
    code: "exited",
    status: "1",
    startedAt: ago(seconds + 5),
    finishedAt: ago(seconds),
    oomKilled: false,
    executed: true,
    specHash: "h",
    ...change,
  };
}

export const SUCCESS: Partial<ExitRecord> = { result: "success", status: "0" };

export function past(exits: readonly ExitRecord[], change: Partial<ContainerHistory> = {}): ContainerHistory {
  return { ...NO_HISTORY, exits, ...change };
}

export function world(units: readonly ActualUnit[], histories: Readonly<Record<string, ContainerHistory>> = {}): World {
  const directory = { uid: UID, histories: new Map(Object.entries(histories)), files: new Map(), volumes: new Map() };
  return {
    now: NOW,
    config: CONFIG,
    host: HOST,
    pods: { complete: true, items: [] },
    units: new Map([...units, SLICE].map((each) => [each.name, each])),
    directories: new Map([[UID, directory]]),
    references: new Map(),
    agent: { watch: undefined, path: undefined, inactive: [] },
    absentDirectories: new Set(),
    hostFiles: new Map(),
  };
}

const SLICE: ActualUnit = {
  name: "unitlet-besteffort-podweb.slice" as UnitName,
  identity: { namespace: "shop", pod: "web", podUID: UID, container: "", kind: "slice", specHash: "h" },
  text: "[Slice]\n",
  dropIns: [],
  linked: false,
};

export function runnable(
  of: Pod = pod(),
  waiting: Readonly<Record<string, DesiredContainer["waiting"]>> = {},
): Runnable {
  const desired = (name: string, kind: ContainerKind): DesiredContainer => {
    const why = waiting[name];
    return { name, kind, unitName: unitName(name), namesHost: true, ...(why !== undefined && { waiting: why }) };
  };
  return {
    kind: "runnable",
    pod: of,
    qosClass: "BestEffort",
    network: { addresses: HOST.addresses, isHost: true },
    slice: { name: SLICE.name, identity: SLICE.identity as never, text: "[Slice]\n", linked: false },
    auxiliaryUnits: [],
    containers: [
      ...(of.spec.initContainers ?? []).map((each) => desired(each.name, "init")),
      ...of.spec.containers.map((each) => desired(each.name, "container")),
    ],
    files: [],
    volumes: [],
    storage: [],
    problems: [],
  };
}

export function rejected(of: Pod = pod()): Rejected {
  return {
    kind: "rejected",
    pod: of,
    reason: "UnsupportedField",
    message: "spec.hostPID: not supported",
    qosClass: "BestEffort",
  };
}

export function status(state: ContainerState, change: Partial<ContainerStatus> = {}): ContainerStatus {
  return {
    name: "app",
    state,
    lastState: {},
    ready: false,
    restartCount: 0,
    image: "host",
    imageID: "",
    started: false,
    ...change,
  };
}

/** What the API server has of a pod whose only container runs as run 1 since a minute. */
export function runningStatus(change: Partial<PodStatus> = {}): PodStatus {
  return {
    observedGeneration: 1,
    phase: "Running",
    conditions: [
      ...["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({
        type,
        observedGeneration: 1,
        status: "True" as const,
        lastProbeTime: null,
        lastTransitionTime: agoText(60),
      })),
    ],
    hostIP: "192.0.2.7",
    hostIPs: [{ ip: "192.0.2.7" }],
    podIP: "192.0.2.7",
    podIPs: [{ ip: "192.0.2.7" }],
    startTime: agoText(61),
    qosClass: "BestEffort",
    containerStatuses: [
      status(
        { running: { startedAt: agoText(60) } },
        { ready: true, started: true, imageID: "host", containerID: id(1), resources: {} },
      ),
    ],
    ...change,
  };
}
