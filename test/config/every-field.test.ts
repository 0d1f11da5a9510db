import { describe, expect, test } from "vitest";
import { printPath } from "../../src/config/issue.ts";
import { ManifestError, parseManifest } from "../../src/config/manifest.ts";
import type { FieldType } from "../../src/config/type-table.ts";
import { documentWith, everyField } from "./every-field.ts";

/** A value of each type that JSON has, with the kinds of fields that accept it. */
const VALUES: readonly [value: unknown, accepted: readonly FieldType["kind"][]][] = [
  ["!", ["string", "intOrString"]],
  ["", ["string", "enum", "intOrString"]],
  [5, ["int32", "int64", "quantity", "intOrString"]],
  [0.5, ["quantity"]],
  [true, ["boolean"]],
  [[], ["list"]],
  [{}, ["map", "object"]],
  [[[]], []],
  [{ "\0": { "\0": [] } }, []],
  [Number.NaN, []],
];

function problemsOf(document: unknown): readonly string[] {
  try {
    parseManifest(document, "edge");
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ManifestError);
    return (error as ManifestError).issues.map(({ path }) => printPath(path));
  }
}

describe("every field of a pod", () => {
  const fields = everyField();

  test("is reached", () => {
    expect(fields.length).toBeGreaterThan(600);
  });

  test.for(VALUES)("names itself when it has the value %j and another type", ([value, accepted]) => {
    const silent = fields.filter(({ path, type }) => {
      if (accepted.includes(type.kind)) return false;
      const field = printPath(path);
      return !problemsOf(documentWith(value, path)).some((each) => each.startsWith(field));
    });
    expect(silent.map(({ path }) => printPath(path))).toEqual([]);
  });

  test("names itself when its name has a slip", () => {
    const named = fields.filter(({ path }) => typeof path.at(-1) === "string" && path.at(-1) !== "key");
    const silent = named.filter(({ path }) => {
      const slip = [...path.slice(0, -1), `${path.at(-1)}x`];
      return !problemsOf(documentWith("x", slip)).includes(printPath(slip));
    });
    expect(silent.map(({ path }) => printPath(path))).toEqual([]);
  });
});
