import { describe, expect, test } from "vitest";
import { FIELDS } from "../../../src/translate/fields/fields.ts";
import { fieldProblems } from "../../../src/translate/fields/supported.ts";
import { odd } from "../base.ts";
import { fieldsBelow, isField } from "./schema.ts";

/** Kubernetes 1.37 has it, the client of 1.36 does not. */
const NEWER = ["spec.evictionResponders"];
/** Keys of maps, which no schema lists. */
const KEYS = /\.resources\.(limits|requests)\.([a-z-]+|hugepages-\*|\*\/\*)$/;

describe("the table of fields knows", () => {
  const isClassified = (path: string) => FIELDS[path] !== undefined;

  test.for(fieldsBelow("V1PodSpec", "spec", isClassified).map(({ path }) => path))("%s", (path) => {
    expect(isClassified(path)).toBe(true);
  });

  test("no field that is not there", () => {
    const unknown = Object.keys(FIELDS).filter((path) => !isField(path) && !KEYS.test(path));
    expect(unknown).toEqual(NEWER);
  });
});

describe("the words of a problem", () => {
  const rows = Object.entries(FIELDS).flatMap(([path, row]) => (typeof row === "string" ? [] : [[path, row] as const]));

  test.for(rows)("%s: a reason that reads on from the path, and a remedy", ([, { because, remedy }]) => {
    expect(because).toMatch(/^(is|cannot be|names|asks) [^:]+(: .+)?[^.]$/);
    expect(remedy).toMatch(/^[a-z].+[^.]$/);
  });

  test.for(rows)("%s says so with its path", ([pattern, { severity, because, remedy }]) => {
    const path = pattern.replaceAll("[]", "[0]");
    expect(fieldProblems(odd(specWith(pattern)))).toEqual([{ severity, path, because, remedy }]);
  });
});

/** A pod's spec with one field in it, whose value no row takes for harmless. */
function specWith(pattern: string): object {
  const [, ...steps] = pattern.split(".");
  const leaf: unknown = pattern.endsWith("[]") ? { emptyDir: {} } : (VALUES[steps.at(-1) ?? ""] ?? "something");
  const spec = steps.reduceRight<unknown>((below, step) => {
    return step.endsWith("[]") ? { [step.slice(0, -2)]: [below] } : { [step]: below };
  }, leaf) as Record<string, unknown>;
  return { containers: [], hostNetwork: true, ...spec };
}

const VALUES: Readonly<Record<string, unknown>> = {
  "volumes[]": { emptyDir: {} },
  hostUsers: false,
  seccompProfile: { type: "Localhost", localhostProfile: "x.json" },
  appArmorProfile: { type: "RuntimeDefault" },
  os: { name: "windows" },
};
