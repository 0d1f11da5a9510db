import { diff } from "../../src/diff/diff.ts";
import type { ContainerStatus, Pod, PodStatus } from "../../src/model/api/pod.ts";
import { toTimestamp } from "../../src/model/api/time.ts";
import { type ContainerHistory, type ExitRecord, NO_HISTORY } from "../../src/model/exit-record.ts";
import type { Step } from "../../src/model/step.ts";
import type { DesiredContainer } from "../../src/model/translation.ts";
import type { ActualUnit, DesiredUnit, UnitName, UnitState } from "../../src/model/unit.ts";
import type { PodDirectory, World } from "../../src/model/world.ts";
import { describeStep } from "../../src/report/describe-step.ts";
import { translateAll } from "../../src/translate/all.ts";
import { readIdentity } from "../../src/unitfile/identity.ts";
import { CONFIG, HOST, NO_REFERENCES, NOW, runnable } from "../translate/base.ts";

export const LIB_DIR = "/lib/unitlet";
/** A minute before now, when everything in these worlds was started. */
export const STARTED = NOW - 60_000;

export const RUNNING: UnitState = { load: "loaded", active: "active", sub: "running", job: "" };
export const DEAD: UnitState = { load: "loaded", active: "inactive", sub: "dead", job: "" };
export const STOPPING: UnitState = { load: "loaded", active: "deactivating", sub: "stop-sigterm", job: "" };
export const BACKING_OFF: UnitState = { load: "loaded", active: "activating", sub: "start-pre", job: "start" };

export const invocation = (n: number) => n.toString(16).padStart(32, "0");

export function exit(n: number, change: Partial<ExitRecord> = {}): ExitRecord {
  const times = { startedAt: STARTED, finishedAt: NOW - 5000 };
  return {
    invocation: invocation(n),
    result: "exit-code",
    code: "exited",
    status: "1",
    ...times,
    oomKilled: false,
    executed: true,
    specHash: "",
    ...change,
  };
}

export const SUCCESS: Partial<ExitRecord> = { result: "success", status: "0" };

/** A host with nothing of these pods but their objects. */
export function bare(...pods: readonly Pod[]): World {
  return {
    now: NOW,
    config: CONFIG,
    host: HOST,
    pods: { complete: true, items: pods },
    units: new Map(),
    directories: new Map(),
    references: NO_REFERENCES,
    agent: { watch: undefined, path: undefined, inactive: [] },
    absentDirectories: new Set(),
    hostFiles: new Map(),
  };
}

/** A host on which the pod has run for a minute, as run 1 of its containers if not said otherwise, and its status says so. */
export function up(of: Pod, run = 1): World {
  const { slice, containers, files } = runnable(of);
  const units = [placed(slice, { load: "loaded", active: "active", sub: "active", job: "" })];
  for (const { kind, unit } of containers) {
    if (unit === undefined) continue;
    units.push(kind === "init" ? placed(unit) : { ...placed(unit, RUNNING), invocation: invocation(run) });
  }
  const histories = new Map(containers.map(({ name, kind }) => [name, kind === "init" ? DONE : lives(run)]));
  const directory: PodDirectory = {
    uid: of.metadata.uid,
    histories,
    files: new Map(files.map(({ name, text }) => [name, text])),
    volumes: new Map(),
  };
  return {
    ...bare({ ...of, status: of.status ?? statusOf(containers, run) }),
    units: new Map(units.map((unit) => [unit.name, unit])),
    directories: new Map([[of.metadata.uid, directory]]),
  };
}

const lives = (run: number): ContainerHistory => ({
  ...NO_HISTORY,
  started: { at: STARTED, invocation: invocation(run) },
});
const DONE: ContainerHistory = { ...NO_HISTORY, exits: [exit(9, SUCCESS)], done: true };

function statusOf(containers: readonly DesiredContainer[], run: number): PodStatus {
  const of = (kind: string) =>
    containers.filter((each) => each.kind === kind).map(({ name }) => statusOfContainer(name, run));
  return { phase: "Running", startTime: toTimestamp(STARTED), containerStatuses: of("container") };
}

function statusOfContainer(name: string, run: number): ContainerStatus {
  const state = { running: { startedAt: toTimestamp(STARTED) } };
  const more = { lastState: {}, ready: true, started: true, restartCount: 0, image: "host", imageID: "host" };
  return { name, state, ...more, containerID: `systemd://${invocation(run)}` };
}

/** As it lies on disk when we wrote it. */
export function placed({ name, text, linked }: DesiredUnit, state?: UnitState): ActualUnit {
  const identity = readIdentity(text);
  return { name, text, linked, dropIns: [], ...(identity ? { identity } : {}), ...(state ? { state } : {}) };
}

export const unitName = (container: string, pod = "web") => `unitlet.shop.${pod}.${container}.service` as UnitName;

export function sliceOf(of: Pod): UnitName {
  return runnable(of).slice.name;
}

/** The same world but for one unit; fields set to undefined are left out. */
export function withUnit(
  world: World,
  name: UnitName,
  change: { readonly [K in keyof ActualUnit]?: ActualUnit[K] | undefined },
): World {
  const old = world.units.get(name) ?? { name, dropIns: [], linked: false };
  const entries = Object.entries({ ...old, ...change }).filter(([, value]) => value !== undefined);
  return { ...world, units: new Map([...world.units, [name, Object.fromEntries(entries) as unknown as ActualUnit]]) };
}

export function withoutUnit(world: World, name: UnitName): World {
  return { ...world, units: new Map([...world.units].filter(([each]) => each !== name)) };
}

export function withPast(world: World, container: string, change: Partial<ContainerHistory>): World {
  const [uid = "", directory] = [...world.directories][0] ?? [];
  const past = { ...(directory?.histories.get(container) ?? NO_HISTORY), ...change };
  const empty = { uid, histories: new Map(), files: new Map(), volumes: new Map() };
  const changed = { ...(directory ?? empty), histories: new Map([...(directory?.histories ?? []), [container, past]]) };
  return { ...world, directories: new Map([...world.directories, [uid, changed]]) };
}

/** The same world, in which this container never ran. */
export function withoutPast(world: World, container: string): World {
  const directories = [...world.directories].map(([uid, directory]): [string, PodDirectory] => {
    const histories = new Map([...directory.histories].filter(([name]) => name !== container));
    return [uid, { ...directory, histories }];
  });
  return { ...world, directories: new Map(directories) };
}

/** The same world but for its pods. */
export function withPods(world: World, change: (pod: Pod) => Pod): World {
  return { ...world, pods: { ...world.pods, items: world.pods.items.map(change) } };
}

export function incomplete(world: World): World {
  return { ...world, pods: { complete: false, items: [], because: "503" } };
}

export function stepsOf(world: World): Step[] {
  return diff(world, translateAll(world, LIB_DIR));
}

/** The world's pod web when none of its processes is left; its slice is still there. */
export function ended(world: World): World {
  const gone = { state: undefined, invocation: undefined, linked: false };
  return withPast(withUnit(world, unitName("app"), gone), "app", { exits: [exit(1)] });
}

/** The steps of diff() without their words, a line each: the kind, what it is about, and its Event. */
export function plan(world: World): string[] {
  return stepsOf(world).map((step) => {
    const event = step.event === undefined ? "" : ` [${step.event.type} ${step.event.reason}: ${step.event.message}]`;
    return `${step.kind} ${subjectOf(step)}`.trimEnd() + event;
  });
}

function subjectOf(step: Step): string {
  const { unit, file, volume, container, paths, at } = describeStep(step).fields;
  const subject = unit ?? file ?? volume ?? container ?? paths ?? at ?? "";
  return subject.replace(/^unitlet\.shop\.(web\.)?(.*)\.service$/, "$2").replace(/^unitlet-.*\.slice$/, "slice");
}
