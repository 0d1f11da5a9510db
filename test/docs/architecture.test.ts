import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const text = readFileSync(`${root}src/README.md`, "utf8");
/** Everything in backticks that could be a file or folder of the project; below src/ unless it says otherwise. */
const paths = [...text.matchAll(/`((?:[\w.*-]+\/)+[\w.*-]*|[\w-]+\.(?:ts|cjs|json|sh|md))`/g)].map(
  ([, path = ""]) => path,
);

test("every path in src/README.md exists", () => {
  const project = paths.filter((path) => !/^(dist|etc|run|var|usr)\//.test(path));
  expect(project.length).toBeGreaterThan(30);
  expect(project.filter((path) => !existsSync(`${root}src/${path}`) && !existsSync(root + path))).toEqual([]);
});

test("src/README.md names every file and folder of src/", () => {
  const names = readdirSync(`${root}src`, { withFileTypes: true }).filter(({ name }) => name !== "README.md");
  const missing = names
    .map((each) => (each.isDirectory() ? `${each.name}/` : each.name))
    .filter((name) => !text.includes(name));
  expect(missing).toEqual([]);
});

test("the table of folders in src/README.md names every folder inside", () => {
  const rows = [...text.matchAll(/^\| `(\w+)\/` \| (.*) \|$/gm)].map(([, folder = "", inside = ""]) => [
    folder,
    inside,
  ]);
  const named = (folder: string) => rows.flatMap(([name, inside = ""]) => (name === folder ? [inside] : [])).join(" ");
  const missing = readdirSync(`${root}src`, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isDirectory() && entry.parentPath !== `${root}src`)
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(`${root}src/`.length))
    .filter((path) => !named(path.split("/")[0] ?? "").includes(`\`${path.split("/").at(-1)}\``));
  expect(missing).toEqual([]);
});

test("the tests that src/README.md names by title have that title", () => {
  const cited = [...text.matchAll(/`(test\/[\w./-]+)`: “([^”]+)”/g)];
  expect(cited.length).toBeGreaterThan(5);
  const wrong = cited.filter(([, path = "", title = ""]) => !readFileSync(root + path, "utf8").includes(title));
  expect(wrong.map(([whole]) => whole)).toEqual([]);
});
