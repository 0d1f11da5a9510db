import { expect, test } from "vitest";
import { labelsText, parseSelector, selectorText } from "../../../src/cli/objects/selector.ts";

const LABELS = { app: "web", tier: "front" };

test.each([
  ["", true],
  ["app=web", true],
  ["app==web,tier=front", true],
  ["app=web,tier=back", false],
  ["app!=web", false],
  ["stage!=test", true],
  ["app in (db, web)", true],
  ["app notin (db,web),tier", false],
  ["stage notin (test)", true],
  ["tier", true],
  ["!tier", false],
  ["!stage", true],
  ["toString", false],
])("%j: %s", (text, matches) => {
  expect(parseSelector(text)?.(LABELS)).toBe(matches);
});

test.each(["app in web", "a b", "=x"])("%j is no selector", (text) => {
  expect(parseSelector(text)).toBeUndefined();
});

test("labels and selectors as columns show them", () => {
  expect(labelsText({ tier: "front", app: "web" })).toBe("app=web,tier=front");
  expect(labelsText({})).toBe("<none>");
  const matchExpressions = [
    { key: "app", operator: "In", values: ["b", "a"] },
    { key: "x", operator: "DoesNotExist" },
  ];
  expect(selectorText({ matchLabels: { app: "web" }, matchExpressions })).toBe("app=web,app in (a,b),!x");
});
