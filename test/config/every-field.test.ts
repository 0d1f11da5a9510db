import { describe, expect, test } from "vitest";
import { type Path, printPath } from "../../src/config/issue.ts";
import { ManifestError, parseManifest } from "../../src/config/manifest.ts";
import { POD_TYPES } from "../../src/config/pod-types.ts";
import { type FieldType, parseTypes } from "../../src/config/type-table.ts";

const TABLE = parseTypes(POD_TYPES);

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

interface Place {
  readonly path: Path;
  readonly type: FieldType;
}

/** Returns a path to each field of each type, once, and to the items of its lists and maps. */
function everyField(): Place[] {
  const places: Place[] = [];
  const seen = new Set<string>();
  const visit = (type: FieldType, path: Path): void => {
    places.push({ path, type });
    if (type.kind === "list") visit(type.of, [...path, 0]);
    if (type.kind === "map") visit(type.of, [...path, "key"]);
    if (type.kind !== "object" || seen.has(type.name)) return;
    seen.add(type.name);
    for (const [name, field] of TABLE.get(type.name) ?? []) visit(field.type, [...path, name]);
  };
  visit({ kind: "object", name: "Pod" }, []);
  return places.filter(({ path, type }) => path.length > 0 && type.kind !== "any");
}

/** Returns a document that has only what leads to the value. */
function documentWith(value: unknown, path: Path): unknown {
  return path.reduceRight((below, step) => (typeof step === "number" ? [below] : { [step]: below }), value);
}

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
