import { expect, test } from "vitest";
import { diff } from "../../src/diff/diff.ts";
import type { Pod, PodSpec } from "../../src/model/api/pod.ts";
import type { World } from "../../src/model/world.ts";
import { type UnitChange, unitChanges } from "../../src/report/unit-changes.ts";
import { translateAll } from "../../src/translate/all.ts";
import { bare, LIB_DIR, sliceOf, unitName, up } from "../diff/base.ts";
import { container, pod, UID } from "../translate/base.ts";

const UNIT = unitName("app");
const OTHER_UID = "5f0c3a2e-0000-4000-8000-000000000002";
const REPLACED = "the pod is replaced, because its manifest has changed";

/** The changes for the pods of the world that are in question: all of them, if not said otherwise. */
function changesOf(world: World, named = world.pods.items.map(({ metadata }) => metadata.uid)): readonly UnitChange[] {
  const translations = translateAll(world, LIB_DIR);
  return unitChanges({ before: world, translations, steps: diff(world, translations) }, new Set(named));
}

/** The host on which `of` runs, and these pods instead of it in the list. */
function withList(of: Pod, ...items: readonly Pod[]): World {
  return { ...up(of), pods: { complete: true, items } };
}

const inNewManifest = (spec: Partial<PodSpec> = {}) => pod(spec, { uid: OTHER_UID });

test("a new pod adds its units", () => {
  const because = "it is new";
  expect(changesOf(bare(pod()))).toEqual([
    { pod: "shop/web", change: "+", subject: sliceOf(pod()), because },
    { pod: "shop/web", change: "+", subject: UNIT, because },
  ]);
});

test("a pod that runs as its manifest has it changes nothing", () => {
  expect(changesOf(up(pod()))).toEqual([]);
});

test("a changed manifest replaces the pod: its container restarts, and the old slice goes", () => {
  expect(changesOf(withList(pod(), inNewManifest()))).toEqual([
    { pod: "shop/web", change: "+", subject: sliceOf(inNewManifest()), because: "it is new" },
    { pod: "shop/web", change: "~", subject: UNIT, effect: "restarts", because: REPLACED },
    { pod: "shop/web", change: "-", subject: sliceOf(pod()), because: REPLACED },
  ]);
});

test("a changed manifest that names the same UID restarts the container", () => {
  const because = "the pod changed";
  expect(changesOf(withList(pod(), pod({ containers: [container({ args: ["other"] })] })))).toEqual([
    { pod: "shop/web", change: "~", subject: UNIT, effect: "restarts", because },
  ]);
});

test("a container that the new manifest lacks stops", () => {
  const before = pod({ containers: [container(), container({ name: "old" })] });
  expect(changesOf(withList(before, inNewManifest()))).toContainEqual({
    ...{ pod: "shop/web", change: "-", subject: unitName("old"), effect: "stops", because: REPLACED },
  });
});

test("a unit of another version of unitlet is changed without a restart", () => {
  const older = up(pod());
  const units = [...older.units].map(([name, unit]) => {
    const text = unit.text?.replace("KillMode=mixed\n", "") ?? "";
    return [name, name === UNIT ? { ...unit, text } : unit] as const;
  });
  const [change, ...rest] = changesOf({ ...older, units: new Map(units) });
  expect(change).toMatchObject({ pod: "shop/web", change: "~", subject: UNIT });
  expect(rest).toEqual([]);
});

test("a pod that is in no manifest any more is removed", () => {
  const because = "the pod is gone";
  expect(changesOf(withList(pod()))).toEqual([
    { pod: "shop/web", change: "-", subject: sliceOf(pod()), because },
    { pod: "shop/web", change: "-", subject: UNIT, effect: "stops", because },
  ]);
});

test("an incomplete list removes nothing but a replaced pod", () => {
  const incomplete = (...items: readonly Pod[]): World => ({
    ...up(pod()),
    pods: { complete: false, items, because: "a file cannot be read" },
  });
  expect(changesOf(incomplete())).toEqual([]);
  expect(changesOf(incomplete(inNewManifest())).map(({ change }) => change)).toEqual(["+", "~", "-"]);
});

test("a container without a unit is there with the reason", () => {
  const [, change] = changesOf(bare(pod({ containers: [container({ command: [] })] })));
  expect(change).toMatchObject({ pod: "shop/web", change: "!", subject: "container app" });
  expect(change?.because).toMatch(/^it waits: CreateContainerConfigError: spec\.containers\[app\]\.command is missing/);
});

test("a container on an image waits for its pull", () => {
  const world = bare(pod({ containers: [{ name: "app", image: "nginx:1.29" }] }));
  expect(changesOf({ ...world, config: { ...world.config, imagePulls: "allow" } })).toContainEqual({
    ...{ pod: "shop/web", change: "!", subject: "container app" },
    because: "it waits for the pull of docker.io/library/nginx:1.29",
  });
});

test("a container in a network of its own waits for the address", () => {
  const world = bare(pod({ hostNetwork: false }));
  expect(changesOf({ ...world, config: { ...world.config, podNetwork: "bridge" } })).toContainEqual({
    ...{ pod: "shop/web", change: "!", subject: "container app", because: "it waits for the address of the pod" },
  });
});

test("a pod that the host would reject has no units, and the reason", () => {
  expect(changesOf(bare(pod({ os: { name: "windows" } } as Partial<PodSpec>)))).toEqual([
    {
      ...{ pod: "shop/web", change: "!", subject: "shop/web" },
      because: "it is rejected: PodOSNotSupported: Failed to admit pod as the OS field doesn't match node OS",
    },
  ]);
});

test("a pod that has ended has no changes", () => {
  const over: Pod = { ...pod(), status: { phase: "Succeeded" } };
  expect(changesOf(bare(over))).toEqual([]);
});

test("pods that are not in question are there only with a step", () => {
  const other = pod({}, { name: "other", uid: OTHER_UID });
  const world = up(pod());
  const both = { ...world, pods: { complete: true, items: [...world.pods.items, other] } } as const;
  expect(new Set(changesOf(both, [UID]).map((each) => each.pod))).toEqual(new Set(["shop/other"]));
});
