import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { unitletVersion } from "../../src/version.ts";
import { readResults } from "../matrix/results.ts";
import { exampleExcerpt, exampleUnits } from "./example.ts";
import { fenced, section, table, tableRows, withSection } from "./markdown.ts";
import { matrixSection } from "./matrix-section.ts";

const root = new URL("../../", import.meta.url);
const readme = page("README.md");
/** The manifest whose units docs/how-it-works.md shows. */
const example = fenced(section(page("docs/how-it-works.md"), "example"));

/** The generated sections of each page, by name. */
const GENERATED: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
  "README.md": () => ({
    numbers: numbersTable(),
    "example unit": exampleExcerpt(fenced(section(readme, "example"))),
  }),
  "docs/compatibility.md": () => ({ matrix: matrixSection(readResults()) }),
  "docs/how-it-works.md": () => {
    const units = exampleUnits(example);
    return {
      "example slice": units.get("") ?? "",
      "example web": units.get("web") ?? "",
      "example prepare": units.get("prepare") ?? "",
    };
  },
};

test.for(Object.keys(GENERATED))(
  "the generated sections of %s are up to date; `npm test -- test/docs -u` writes them",
  async (path) => {
    const sections = Object.entries(GENERATED[path]?.() ?? {});
    const written = sections.reduce((text, [name, content]) => withSection(text, name, content), page(path));
    await expect(written).toMatchFileSnapshot(new URL(path, root).pathname);
  },
);

function page(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

/** What the bench measured, in the words of its goals. */
function numbersTable(): string {
  const bench = page("test/bench/README.md");
  const goals = tableRows(bench).filter(([what = ""]) => /^(idle run|a minute|created → Running)/.test(what));
  const measured = goals.filter((row) => row.length === 4).map(([what = "", , value = ""]) => [what, value]);
  return table(["", "measured"], measured);
}

test("options of install.sh that the pages name are those of its usage", () => {
  const usage = page("install.sh");
  const pages = ["README.md", ...globSync("docs/*.md", { cwd: root })].map(page).join("\n");
  const options = [...pages.matchAll(/install\.sh[^`\n]*/g)].flatMap(([line]) => line.match(/--[a-z-]+/g) ?? []);
  expect(options.length).toBeGreaterThan(3);
  expect(options.filter((option) => !usage.includes(option))).toEqual([]);
});

test("the version is package.json's", () => {
  const { version } = JSON.parse(page("package.json"));
  expect(unitletVersion).toBe(version);
});
