import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { changesOf, pathsOf } from "./changes.ts";

const root = new URL("../../", import.meta.url);
const changes = changesOf(readFileSync(new URL("docs/contributing/where-to-change.md", root), "utf8"));

test("every path in docs/contributing/where-to-change.md exists", () => {
  const paths = changes.flatMap(({ files, tests }) => pathsOf([...files, ...tests]));
  expect(paths.length).toBeGreaterThan(100);
  expect(paths.filter((path) => globSync(path, { cwd: root }).length === 0)).toEqual([]);
});

test("every change names files, and tests that are below test/", () => {
  const incomplete = changes.filter(({ files, tests }) => {
    const named = pathsOf(tests);
    return pathsOf(files).length === 0 || named.length === 0 || named.some((path) => !path.startsWith("test/"));
  });
  expect(incomplete.map(({ title }) => title)).toEqual([]);
});

test("every folder of src/ has a change that leads into it", () => {
  const places = changes.flatMap(({ files }) => pathsOf(files));
  const folders = globSync("src/*/", { cwd: root }).map((folder) => `${folder.replace(/\/$/, "")}/`);
  expect(folders.filter((folder) => !places.some((place) => place.startsWith(folder)))).toEqual([]);
});

test("changesOf() reads headings and both lists", () => {
  const page = "# T\n\n### Add a bell\n\nFiles:\n\n- `src/a.ts`: the row\n- `src/b/`\n\nTests:\n\n- `test/a.test.ts`\n";
  const [change] = changesOf(page);
  expect(change?.title).toBe("Add a bell");
  expect(pathsOf(change?.files ?? [])).toEqual(["src/a.ts", "src/b/"]);
  expect(pathsOf(change?.tests ?? [])).toEqual(["test/a.test.ts"]);
  expect(() => changesOf("### Nothing\n\nFiles:\n")).toThrow("Nothing");
});
