import { describe, expect, test } from "vitest";
import { realTestsFor, rowsOf } from "./tests-for.ts";

const rows = rowsOf([
  ["a step", "`diff/`; its order: `diff/diff.ts`", "`test/diff/`, `test/e2e/pods/order.test.ts`"],
  ["a sidecar", "`diff/sidecars.ts`", "`test/diff/sidecars.test.ts`, `test/systemd/sidecars.test.ts`"],
  ["a field", "its row in `translate/fields/pod-fields.ts`", "`test/translate/`, and `test/e2e/` for the rest"],
  ["a unit", "`../units/`, `../install.sh`", "`test/systemd/install.test.ts`"],
  ["a unit of pods", "`src/translate/slice.ts`, `../units/systemd/`", "`test/systemd/slices.test.ts`"],
  ["no row", "`units/helpers/`"],
]);

describe("the tests on real parts for a change", () => {
  test.each([
    [["src/diff/sidecars.ts"], ["test/systemd/sidecars.test.ts"]],
    [["src/diff/may-start.ts"], ["test/e2e/pods/order.test.ts"]],
    [["src/translate/slice.ts"], ["test/systemd/slices.test.ts"]],
    [
      ["units/systemd/unitlet-sync.timer", "install.sh"],
      ["test/systemd/install.test.ts", "test/systemd/slices.test.ts"],
    ],
    [["units/helpers/container/container-start"], ["test/systemd/install.test.ts"]],
    [["test/e2e/pods/hooks.test.ts", "test/diff/diff.test.ts"], ["test/e2e/pods/hooks.test.ts"]],
    [["src/translate/fields/pod-fields.ts", "README.md"], []],
  ])("of %j are %j", (files, tests) => expect(realTestsFor(files, rows)).toEqual(tests));
});
