import * as fc from "fast-check";
import { isMisloaded } from "../../src/diff/units/unit-states.ts";
import type { Pod, PodSpec } from "../../src/model/api/pod.ts";
import { toTimestamp } from "../../src/model/api/time.ts";
import { type ContainerHistory, NO_HISTORY } from "../../src/model/exit-record.ts";
import type { ActualUnit, UnitState } from "../../src/model/unit.ts";
import type { World } from "../../src/model/world.ts";
import { container, NOW, pod } from "../translate/base.ts";
import { BACKING_OFF, bare, DEAD, exit, invocation, RUNNING, STOPPING, SUCCESS, unitName, up } from "./base.ts";

const STATES: readonly (UnitState | undefined)[] = [
  undefined,
  RUNNING,
  DEAD,
  STOPPING,
  BACKING_OFF,
  { ...DEAD, job: "start" },
  { ...RUNNING, job: "stop" },
  { ...DEAD, active: "failed", sub: "failed" },
  { ...RUNNING, active: "activating", sub: "auto-restart" },
  { ...DEAD, load: "masked" },
  { ...DEAD, load: "not-found" },
  { ...RUNNING, load: "not-found" },
  { ...RUNNING, load: "error" },
  { ...DEAD, active: "failed", sub: "failed", load: "error" },
];

/** What may have happened to a unit; undefined: nothing. */
const misfortune = fc.option(
  fc.record(
    {
      state: fc.constantFrom(...STATES),
      text: fc.constantFrom("deleted", "edited", "foreign"),
      dropIns: fc.constant(["/etc/systemd/system/x.d/a.conf"]),
      linked: fc.boolean(),
      invocation: fc.constantFrom(undefined, invocation(1), invocation(2)),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);

const past: fc.Arbitrary<Partial<ContainerHistory>> = fc.record(
  {
    exits: fc.constantFrom(
      [],
      [exit(1)],
      [exit(1, SUCCESS)],
      [exit(0), exit(1, { code: "killed", status: "TERM" })],
      [exit(2)],
    ),
    forgottenExits: fc.constantFrom(0, 40),
    finished: fc.boolean(),
    done: fc.boolean(),
  },
  { requiredKeys: [] },
);

const spec: fc.Arbitrary<Partial<PodSpec>> = fc.record({
  restartPolicy: fc.constantFrom("Always", "OnFailure", "Never"),
  initContainers: fc.constantFrom(
    [],
    [container({ name: "first" })],
    [container({ name: "first" }), container({ name: "second" })],
  ),
  containers: fc.constantFrom([container()], [container(), container({ name: "other" })]),
});

/** What has become of a pod's object since its units were written. */
const fate = fc.record({
  listed: fc.boolean(),
  changed: fc.boolean(),
  deletionGracePeriodSeconds: fc.constantFrom(undefined, undefined, 30, 5, 0),
  phase: fc.constantFrom("Running", "Running", "Pending", "Succeeded", "Failed", undefined),
});

const onePod = fc.record({
  spec,
  fate,
  there: fc.boolean(),
  misfortunes: fc.dictionary(fc.constantFrom("app", "other", "first", "second"), misfortune, { maxKeys: 3 }),
  histories: fc.dictionary(fc.constantFrom("app", "other", "first", "second"), past, { maxKeys: 3 }),
});

type OnePod = typeof onePod extends fc.Arbitrary<infer T> ? T : never;

/** Hosts with up to three pods, two of them of the same name, in whatever state they were left. */
export const anyWorld: fc.Arbitrary<World> = fc
  .record({ web: onePod, again: fc.option(onePod), api: fc.option(onePod), complete: fc.boolean() })
  .map(({ web, again, api, complete }) => {
    const worlds = [
      worldOf(web, "web", "uid-1", complete),
      ...(again ? [worldOf({ ...again, there: false }, "web", "uid-2", complete)] : []),
      ...(api ? [worldOf(api, "api", "uid-3", complete)] : []),
    ];
    return joined(worlds, complete);
  });

function worldOf(
  { spec: given, fate: of, there, misfortunes, histories }: OnePod,
  name: string,
  uid: string,
  complete: boolean,
): World {
  const original = pod(given, { name, uid });
  const run = name === "web" ? 1 : 3;
  let world = there ? up(original, run) : bare(original);
  for (const [which, change] of Object.entries(misfortunes)) world = befall(world, unitName(which, name), change ?? {});
  // Nothing but a list of pods can bring back an init container whose unit was masked or lost.
  if (!complete && INITS.some((init) => isBroken(world.units.get(unitName(init, name))))) world = up(original, run);
  for (const [which, change] of Object.entries(histories))
    world = remember(world, uid, which, given.restartPolicy === "Always" ? { ...change, finished: false } : change);
  return { ...world, pods: { complete: true, items: of.listed ? world.pods.items.map((each) => now(each, of)) : [] } };
}

const INITS = ["first", "second"];

function isBroken(unit: ActualUnit | undefined): boolean {
  return unit !== undefined && (unit.identity === undefined || isMisloaded(unit));
}

function befall(world: World, name: ReturnType<typeof unitName>, change: Partial<Record<string, unknown>>): World {
  const unit = world.units.get(name);
  if (unit === undefined) return world;
  const { text: what, ...others } = change;
  // Whose a process is whose unit has no file can only be told by its invocation.
  const { state: _state, invocation: _invocation, ...few } = others;
  const rest: Partial<Record<string, unknown>> = what === "deleted" ? few : others;
  const { identity: _, text, ...nameless } = unit;
  const texts: Record<string, object> = {
    deleted: nameless,
    edited: { ...unit, text: `${text}User=x\n` },
    foreign: { ...nameless, text: "[Service]\nExecStart=/bin/theirs\n" },
  };
  const entries = Object.entries({ ...(texts[String(what)] ?? unit), ...rest }).filter(
    ([, value]) => value !== undefined,
  );
  if ("state" in rest && rest.state === undefined)
    return withUnit(world, {
      ...Object.fromEntries(entries.filter(([key]) => key !== "state" && key !== "invocation")),
    } as never);
  return withUnit(world, Object.fromEntries(entries) as never);
}

function withUnit(world: World, unit: ActualUnit): World {
  return { ...world, units: new Map([...world.units, [unit.name, unit]]) };
}

function remember(world: World, uid: string, name: string, change: Partial<ContainerHistory>): World {
  const directory = world.directories.get(uid);
  if (directory === undefined) return world;
  const histories = new Map([
    ...directory.histories,
    [name, { ...(directory.histories.get(name) ?? NO_HISTORY), ...change }],
  ]);
  return { ...world, directories: new Map([...world.directories, [uid, { ...directory, histories }]]) };
}

function now(of: Pod, { changed, deletionGracePeriodSeconds, phase }: OnePod["fate"]): Pod {
  const deletion =
    deletionGracePeriodSeconds === undefined ? {} : { deletionTimestamp: toTimestamp(NOW), deletionGracePeriodSeconds };
  const containers = of.spec.containers.map((each) => (changed ? { ...each, args: ["changed"] } : each));
  const { phase: _, ...status } = of.status ?? {};
  return {
    metadata: { ...of.metadata, ...deletion },
    spec: { ...of.spec, containers },
    status: phase === undefined ? {} : { ...status, phase },
  };
}

function joined(worlds: readonly World[], complete: boolean): World {
  const items = worlds.flatMap(({ pods }) => pods.items);
  return {
    ...bare(),
    pods: complete ? { complete, items } : { complete, items, because: "503" },
    units: new Map(worlds.flatMap(({ units }) => [...units])),
    directories: new Map(worlds.flatMap(({ directories }) => [...directories])),
  };
}
