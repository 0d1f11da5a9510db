import fc from "fast-check";
import { expect, test } from "vitest";
import { formatYaml } from "../../../src/io/schema/format-yaml.ts";
import { parseYaml } from "../../../src/io/schema/yaml.ts";

test.each([
  ["yes", '"yes"'],
  ["0400", '"0400"'],
  ["1_000", '"1_000"'],
  ["~", '"~"'],
  ["a: b", '"a: b"'],
  ["--- a", '"--- a"'],
  ["plain text", "plain text"],
])("the text %s is %s", (text, yaml) => {
  expect(formatYaml({ text })).toBe(`text: ${yaml}\n`);
});

test.each(["--- a", "... a", "---"])("the key %s begins and ends no document", (key) => {
  expect(formatYaml({ a: 1, [key]: 2 })).toBe(`a: 1\n"${key}": 2\n`);
});

test("what is written is read as the same value, as YAML 1.1 says", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("y", "No", "0x1f", "1e3", ".5", "on", "<<", "--- x", "\u2028", "\u0085"),
  );
  const json = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, text, fc.integer(), fc.boolean(), fc.constant(null), tie("list"), tie("map")),
    list: fc.array(tie("value"), { maxLength: 4 }),
    map: fc.dictionary(text, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  })).map;
  fc.assert(
    fc.property(json, (value) => {
      expect(parseYaml(formatYaml(value))?.value).toEqual(value);
    }),
  );
});
