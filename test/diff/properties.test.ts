import { describe, expect, test } from "vitest";
import type { Step } from "../../src/model/step.ts";
import type { World } from "../../src/model/world.ts";
import { reportPod } from "../../src/report/pod-status.ts";
import { translateAll } from "../../src/translate/all.ts";
import { forAll } from "../support/fuzz.ts";
import { LIB_DIR, stepsOf } from "./base.ts";
import { planProblems } from "./check-plan.ts";
import { isUp } from "./host.ts";
import { apply, passTime } from "./simulate.ts";
import { anyWorld } from "./worlds.ts";

/** How much longer it takes to run until nothing changes any more than to make one plan. */
const COST = 5;

/** Runs after which nothing may be left to do: stop, remove, write, two init containers, start, tell. */
const ENOUGH = 16;

test("every plan may be applied", () => {
  forAll(anyWorld, (world) => expect(planProblems(world, stepsOf(world))).toEqual([]));
});

test("the same world gives the same plan", () => {
  forAll(anyWorld, (world) => expect(stepsOf(structuredClone(world))).toEqual(stepsOf(world)));
});

describe("run after run", () => {
  test("a host comes to rest, and every plan on the way may be applied", () => {
    forAll(anyWorld, (world) => expect(doing(rest(world))).toEqual([]), COST);
  });

  test("what should run does, and what should not be there is not", () => {
    forAll(
      anyWorld,
      (world) => {
        const end = rest({ ...world, pods: { complete: true, items: world.pods.items } });
        expect([...leftOvers(end), ...missing(end)]).toEqual([]);
      },
      COST,
    );
  });

  test("a host at rest is left alone", () => {
    forAll(
      anyWorld,
      (world) => {
        const end = rest(world);
        expect(doing(told(passTime(end)))).toEqual([]);
      },
      COST,
    );
  });
});

/** The world after enough runs; a plan that may not be applied fails on the way. */
function rest(start: World): World {
  let world = start;
  for (let run = 0; run < ENOUGH; run += 1) {
    const steps = stepsOf(world);
    expect(planProblems(world, steps)).toEqual([]);
    const next = told(passTime(told(apply(world, steps))));
    if (steps.length === 0 && seen(next) === seen(world)) return next;
    world = next;
  }
  return world;
}

function seen({ units, pods }: World): string {
  return JSON.stringify([[...units.values()], pods.items]);
}

/** With the status that report/ writes. */
function told(world: World): World {
  const translations = translateAll(world, LIB_DIR);
  const items = translations.map((translation) => {
    const status = reportPod({ translation, world, previous: translation.pod.status, now: world.now });
    return { ...translation.pod, status };
  });
  return { ...world, pods: { ...world.pods, items } };
}

/** What a run would do, without what it would only say. */
function doing(world: World): readonly Step[] {
  return stepsOf(world).filter(({ kind }) => kind !== "emit-event" && kind !== "schedule-run");
}

function leftOvers({ units, directories, pods }: World): string[] {
  const alive = pods.items.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed",
  );
  const uids = new Set(alive.map(({ metadata }) => metadata.uid));
  const files = [...units.values()].filter(({ identity }) => identity !== undefined && !uids.has(identity.podUID));
  const folders = [...directories.keys()].filter((uid) => !uids.has(uid));
  const objects = pods.items.filter(
    ({ metadata }) => metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds !== 0,
  );
  return [...files.map(({ name }) => name), ...folders, ...objects.map(({ metadata }) => `object of ${metadata.uid}`)];
}

/** Containers under Always that do not run, though nobody else has their unit's name. */
function missing(world: World): string[] {
  return translateAll(world, LIB_DIR).flatMap((translation) => {
    const { pod } = translation;
    const isOver =
      pod.metadata.deletionTimestamp !== undefined ||
      pod.status?.phase === "Succeeded" ||
      pod.status?.phase === "Failed";
    if (translation.kind === "rejected" || isOver || pod.spec.restartPolicy !== "Always") return [];
    const names = [translation.slice.name, ...translation.containers.map(({ unitName }) => unitName)];
    const isTaken = names.some(
      (name) =>
        world.units.get(name)?.text !== undefined && world.units.get(name)?.identity?.podUID !== pod.metadata.uid,
    );
    if (isTaken) return [];
    const containers = translation.containers.filter(({ kind }) => kind === "container");
    return containers.flatMap(({ unitName }) => {
      const unit = world.units.get(unitName);
      return unit !== undefined && isUp(unit) ? [] : [`${unitName} does not run`];
    });
  });
}
