import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const text = readFileSync(`${root}docs/security.md`, "utf8");
const threats = text.slice(text.indexOf("\n## Threats\n"), text.indexOf("\n## ", text.indexOf("\n## Threats\n") + 5));
const rows = threats.split("\n").filter((line) => /^\| (?!---|asset)/.test(line));

test("every threat in docs/security.md names a test by its title", () => {
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter((row) => !/`test\/[\w./-]+`: “[^”]+” \|$/.test(row))).toEqual([]);
});

test("the tests that docs/security.md names by title have that title", () => {
  const cited = [...text.matchAll(/`(test\/[\w./-]+)`: “([^”]+)”/g)];
  const wrong = cited.filter(([, path = "", title = ""]) => !readFileSync(root + path, "utf8").includes(title));
  expect(wrong.map(([whole]) => whole)).toEqual([]);
});
