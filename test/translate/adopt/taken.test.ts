import { describe, expect, test } from "vitest";
import type { Pod } from "../../../src/model/api/pod.ts";
import type { ActualUnit, UnitName } from "../../../src/model/unit.ts";
import { takenUnits } from "../../../src/translate/adopt/taken.ts";
import { unitOwner } from "../../../src/unitfile/identity.ts";
import { CONFIG } from "../base.ts";
import { adopting } from "./base.ts";

const NAME = "nginx.service" as UnitName;
const FIRST = adopting({}, { name: "first", uid: "1", creationTimestamp: "2026-01-01T00:00:00Z" });
const SECOND = adopting({}, { name: "second", uid: "2", creationTimestamp: "2026-01-02T00:00:00Z" });
const NOTHING = { config: CONFIG, units: new Map<UnitName, ActualUnit>() };

const ownedBy = (pod: Pod) => {
  const identity = unitOwner(pod.metadata, { container: "app", kind: "container", specHash: "", cgroup: NAME });
  return { config: CONFIG, units: new Map([[NAME, { name: NAME, identity, dropIns: [], linked: false }]]) };
};

describe("of two pods that name one unit", () => {
  test("the one that was made first has it", () => {
    expect(takenUnits([SECOND, FIRST], NOTHING)).toEqual(
      new Map([["2", new Map([[NAME, "nginx.service is adopted by pod shop/first already"]])]]),
    );
  });

  test("the one that has adopted it keeps it", () => {
    expect([...takenUnits([FIRST, SECOND], ownedBy(SECOND)).keys()]).toEqual(["1"]);
  });

  test("a static pod counts, whatever the setting is", () => {
    const annotations = { "kubernetes.io/config.source": "file" };
    const [first, second] = [FIRST, SECOND].map((each) => ({ ...each, metadata: { ...each.metadata, annotations } }));
    const strict = { ...NOTHING, config: { ...CONFIG, adoptUnits: [] } };
    expect([...takenUnits([first as Pod, second as Pod], strict).keys()]).toEqual(["2"]);
  });

  test("one that may not adopt it keeps no other from it, and the name of a pod elsewhere is not told", () => {
    const stranger = { ...FIRST, metadata: { ...FIRST.metadata, namespace: "evil" } };
    const strict = { ...NOTHING, config: { ...CONFIG, adoptUnits: ["shop:nginx.service"] } };
    expect(takenUnits([stranger, SECOND], strict)).toEqual(new Map());
    expect(takenUnits([stranger, SECOND], NOTHING)).toEqual(
      new Map([["2", new Map([[NAME, "nginx.service is adopted by a pod of another namespace already"]])]]),
    );
  });

  const NOBODY = { ...CONFIG, adoptUnits: [] };

  test("the one that has adopted it keeps it, also when the setting has changed since", () => {
    const listed = { ...CONFIG, adoptUnits: ["front:nginx.service"] };
    const other = { ...FIRST, metadata: { ...FIRST.metadata, namespace: "front" } };
    expect([...takenUnits([other, SECOND], { ...ownedBy(SECOND), config: listed }).keys()]).toEqual(["1"]);
  });

  test("a static pod may have any unit, and keeps others from it", () => {
    const annotations = { "kubernetes.io/config.source": "file" };
    const statics = [FIRST, SECOND].map((each) => ({ ...each, metadata: { ...each.metadata, annotations } }));
    expect([...takenUnits(statics, { ...NOTHING, config: NOBODY }).keys()]).toEqual(["2"]);
  });
});
