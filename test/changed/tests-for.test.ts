import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { changesOf } from "../docs/changes.ts";
import { realTestsFor, rowsOf } from "./tests-for.ts";

const change = (files: readonly string[], tests: readonly string[]) => ({
  title: "a change",
  files: files.map((path) => `- \`${path}\`: why`),
  tests: tests.map((path) => `- \`${path}\``),
});
const rows = rowsOf([
  change(["src/diff/", "src/diff/diff.ts"], ["test/diff/", "test/e2e/pods/order.test.ts"]),
  change(
    ["src/diff/containers/sidecars.ts"],
    ["test/diff/containers/sidecars.test.ts", "test/systemd/sidecars.test.ts"],
  ),
  change(["src/translate/fields/pod-fields.ts"], ["test/translate/", "test/e2e/"]),
  change(["units/", "install.sh"], ["test/systemd/install.test.ts"]),
  change(["src/translate/slice.ts", "units/systemd/"], ["test/systemd/slices.test.ts"]),
  change(["src/translate/"], ["test/attacks/names.test.ts"]),
]);

describe("the tests on real parts for a change", () => {
  test.each([
    [["src/diff/containers/sidecars.ts"], ["test/systemd/sidecars.test.ts"]],
    [["src/diff/containers/may-start.ts"], ["test/e2e/pods/order.test.ts"]],
    [["src/translate/slice.ts"], ["test/systemd/slices.test.ts"]],
    [
      ["units/systemd/unitlet-sync.timer", "install.sh"],
      ["test/systemd/install.test.ts", "test/systemd/slices.test.ts"],
    ],
    [["units/helpers/container/container-start"], ["test/systemd/install.test.ts"]],
    [["test/e2e/pods/hooks.test.ts", "test/diff/diff.test.ts"], ["test/e2e/pods/hooks.test.ts"]],
    [["src/translate/fields/pod-fields.ts", "README.md"], ["test/attacks/names.test.ts"]],
  ])("of %j are %j", (files, tests) => expect(realTestsFor(files, rows)).toEqual(tests));
});

test("docs/contributing/where-to-change.md leads from every file of src/ and units/ to tests on real parts", () => {
  const page = readFileSync(new URL("../../docs/contributing/where-to-change.md", import.meta.url), "utf8");
  const files = globSync(["src/**/*.{ts,cjs}", "units/**/*"], { cwd: new URL("../../", import.meta.url) });
  const named = rowsOf(changesOf(page));
  expect(files.length).toBeGreaterThan(400);
  expect(files.filter((file) => realTestsFor([file], named).length === 0)).toEqual([]);
});
