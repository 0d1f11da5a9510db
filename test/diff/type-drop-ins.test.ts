import { describe, expect, test } from "vitest";
import type { ActualUnit } from "../../src/model/unit.ts";
import { pod } from "../translate/base.ts";
import { plan, stepsOf, unitName, up, withUnit } from "./base.ts";

const WEB = pod();
const app = (change: { [K in keyof ActualUnit]?: ActualUnit[K] | undefined }) =>
  withUnit(up(WEB), unitName("app"), change);

describe("the host gives all services a drop-in", () => {
  const typeDropIns = new Map([["service", ["10-all.conf"]]]);

  test("each unit masks it, and nothing is restarted", () => {
    expect(stepsOf({ ...up(WEB), typeDropIns }).map((step) => [step.kind, "masks" in step && step.masks])).toEqual([
      ["write-unit", ["10-all.conf"]],
      ["reload", false],
    ]);
  });

  test("and units that mask it stay as they are", () => {
    expect(plan({ ...app({ masks: ["10-all.conf"] }), typeDropIns })).toEqual([]);
  });

  test("and no more: the mask goes", () => {
    expect(stepsOf(app({ masks: ["10-all.conf"] }))[0]).toMatchObject({ kind: "write-unit", masks: [] });
  });
});
