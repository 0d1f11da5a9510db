import { expect, test } from "vitest";
import { describeEnd, endingSteps, inBoth, type PrintedStep } from "../../../src/cli/upgrade/compare-plans.ts";

const UNIT = "unitlet.default.web.main.service";
const RESTART: PrintedStep = {
  step: "restart",
  uid: "u-1",
  pod: "default/web",
  unit: UNIT,
  because: "the spec differs",
};
const WRITE: PrintedStep = { step: "write-unit", uid: "u-1", pod: "default/web", unit: UNIT };
const REMOVE: PrintedStep = { step: "remove-pod", uid: "u-2", pod: "default/old" };

const plan = (...steps: readonly PrintedStep[]) => ({ list: { complete: true }, steps });

test("a restart that only the new version plans ends something", () => {
  expect(endingSteps(plan(), plan(WRITE, RESTART, REMOVE))).toEqual([RESTART, REMOVE]);
});

test("what both versions would end is no matter of the upgrade", () => {
  expect(endingSteps(plan({ ...RESTART, because: "other words" }), plan(RESTART))).toEqual([]);
});

test("the restart of another unit is", () => {
  expect(endingSteps(plan({ ...RESTART, unit: "unitlet.default.web.side.service" }), plan(RESTART))).toEqual([RESTART]);
});

test("a step that only one pair of plans has is no matter of the upgrade, such as the end of a deleted pod", () => {
  expect(inBoth([{ ...RESTART, because: "other words" }, REMOVE], [WRITE, RESTART])).toEqual([
    { ...RESTART, because: "other words" },
  ]);
});

test("a step names its unit, or else its pod, with the reason", () => {
  expect([RESTART, REMOVE].map(describeEnd)).toEqual([`restart ${UNIT} (the spec differs)`, "remove-pod default/old"]);
});
