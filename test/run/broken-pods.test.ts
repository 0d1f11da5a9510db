import { describe, expect, test } from "vitest";
import { diff } from "../../src/diff/diff.ts";
import type { Pod } from "../../src/model/api/pod.ts";
import type { PodList, World } from "../../src/model/world.ts";
import { reportPods, runEvents } from "../../src/report/pod-reports.ts";
import { withoutBrokenPods } from "../../src/run/broken-pods.ts";
import { validUntil } from "../../src/run/valid-until.ts";
import { translateAll } from "../../src/translate/all.ts";
import { needsOf, referenceNeeds } from "../../src/translate/needs.ts";
import { everyField, type Place } from "../config/every-field.ts";
import { bare, LIB_DIR, up } from "../diff/base.ts";
import { NOW, pod } from "../translate/base.ts";

const GOOD: Pod = { ...pod({}), metadata: { ...pod({}).metadata, name: "good", uid: "u-good" } };
const BAD: Pod = pod({});
const DELETED = { deletionTimestamp: "2026-01-01T00:00:00Z", deletionGracePeriodSeconds: 30 };

/** Does all pure stages of a run. */
async function stages(world: World, pods: PodList) {
  referenceNeeds(pods.items, world.references);
  needsOf(pods.items, world.references, world.config);
  const seen = { ...world, pods };
  const translations = translateAll(seen, LIB_DIR);
  const steps = diff(seen, translations);
  const reports = reportPods(translations, seen, NOW);
  const events = runEvents({ done: steps, failed: [] }, translations, seen);
  return { pods, translations, steps, reports, events, until: validUntil(seen) };
}

function run(world: World, bad: Pod) {
  return withoutBrokenPods({ complete: true, items: [GOOD, bad] }, (pods) => stages(world, pods));
}

/** Returns the pod with another value at a path. What the path needs on its way is there. */
function withValue(of: Pod, path: readonly (string | number)[], value: unknown): Pod {
  return replaced(of, path, value) as Pod;
}

function replaced(tree: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const below = replaced((tree as Record<string | number, unknown> | undefined)?.[step], rest, value);
  if (typeof step === "number") return Object.assign([...((tree as unknown[] | undefined) ?? [])], { [step]: below });
  return { ...(tree as object | undefined), [step]: below };
}

const VALUES = ["!", 5, {}, [null]];

describe("a wrong type in any field of the spec, which no API server lets pass", () => {
  const fields = everyField().filter(({ path }) => path[0] === "spec");
  const change = (metadata: object, status: Pod["status"]): Pod => {
    return { ...BAD, metadata: { ...BAD.metadata, ...metadata }, ...(status && { status }) };
  };

  test.for([
    ["of a new pod", change({}, undefined), bare(GOOD)],
    ["of a pod that runs", change({}, up(BAD).pods.items[0]?.status), up(BAD)],
    ["of a pod that is being deleted", change(DELETED, up(BAD).pods.items[0]?.status), up(BAD)],
  ] as const)("%s is the failure of that pod alone", async ([, of, world], { expect }) => {
    const [good] = (await stages(world, { complete: true, items: [GOOD] })).translations;
    const disturbed: Place[] = [];
    for (const [at, place] of fields.entries()) {
      const bad = withValue(of, place.path, VALUES[at % VALUES.length]);
      const { translations, pods, steps } = await run(world, bad);
      const isOnlyBad = (pods.broken ?? []).every((each) => each.pod === bad);
      const isEnding = of.metadata.deletionTimestamp === undefined || steps.some(({ uid }) => uid === of.metadata.uid);
      if (JSON.stringify(translations[0]) !== JSON.stringify(good) || !isOnlyBad || !isEnding) disturbed.push(place);
    }
    expect(disturbed).toEqual([]);
  });
});

describe("a broken pod", () => {
  const broken = withValue(BAD, ["spec", "containers", 0, "env"], 5);

  test("that runs is left as it is", async () => {
    const { pods, steps } = await run(up(BAD), broken);
    expect(pods.broken).toEqual([{ pod: broken, because: expect.stringContaining("is not") }]);
    expect(steps.filter(({ uid }) => uid === BAD.metadata.uid)).toEqual([]);
  });

  test("that is deleted is ended, and its object is deleted at last", async () => {
    const deleted = { ...broken, metadata: { ...broken.metadata, ...DELETED } };
    const { pods, steps } = await run(up(BAD), deleted);
    expect(pods.broken).toEqual([]);
    expect(steps.map(({ kind }) => kind)).toContain("stop");
    const last = await run(bare(GOOD), deleted);
    expect(last.steps.map(({ kind }) => kind)).toContain("delete-pod-object");
  });
});
