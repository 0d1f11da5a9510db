import { expect, test } from "vitest";
import { withDocument, withoutDocument } from "../../../src/cli/objects/edit-document.ts";

const FIRST = "# the web server\na: 1\n# end of it\n";
const SECOND = "--- # two\nb: 1\n";
const THIRD = "---\nc: |\n  # no comment\n";
const FILE = FIRST + SECOND + THIRD;

const place = (text: string) => ({
  ...{ file: "f", text, offset: FILE.indexOf(text), documents: 3, isItem: false },
});

test.each([
  [FIRST, `x: 1\n# end of it\n${SECOND}${THIRD}`],
  [SECOND, `${FIRST}--- # two\nx: 1\n${THIRD}`],
  [THIRD, `${FIRST}${SECOND}---\nx: 1\n`],
])("replaces %j alone", (text, after) => {
  expect(withDocument(FILE, place(text), "---\nx: 1")).toBe(after);
});

test.each([
  [FIRST, `# end of it\n${SECOND}${THIRD}`],
  [SECOND, `${FIRST}${THIRD}`],
  [THIRD, `${FIRST}${SECOND}`],
])("removes %j alone", (text, after) => {
  expect(withoutDocument(FILE, place(text))).toBe(after);
});

test("nothing is left without the only document", () => {
  const only = { ...place("---\na: 1\n"), offset: 0 };
  expect(withoutDocument("---\na: 1\n", only)).toBeUndefined();
  expect(withoutDocument("---\na: 1\n---\n", only)).toBeUndefined();
});

test("a document that is on the line of its separator", () => {
  const only = { ...place("--- {a: 1}\n"), offset: 0 };
  expect(withDocument("--- {a: 1}\n", only, "x: 1\n")).toBe("---\nx: 1\n");
});

test("lines that end as on Windows", () => {
  const only = { ...place("---\r\na: 1\r\n"), offset: 0 };
  expect(withDocument("---\r\na: 1\r\n", only, "---\r\nx: 1\r\n")).toBe("---\r\nx: 1\r\n");
});

test("a file that has changed is left alone", () => {
  expect(() => withDocument(`x${FILE}`, place(SECOND), "x: 1\n")).toThrow("has changed");
});
