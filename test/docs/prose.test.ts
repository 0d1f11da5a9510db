import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { proseProblems } from "./prose.ts";

const root = new URL("../../", import.meta.url);
const PAGES = [
  "README.md",
  "src/README.md",
  "test/README.md",
  "test/bench/README.md",
  "units/README.md",
  ...globSync(["docs/**/*.md", ".github/**/*.md"], { cwd: root }),
].toSorted();
const MAX_README_LINES = 250;

function page(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

test.for(PAGES)("%s has no sentence over 25 words, and none of the words that hide the actor", (path) => {
  expect(proseProblems(page(path)).map((problem) => `${path}:${problem}`)).toEqual([]);
});

test(`README.md has at most ${MAX_README_LINES} lines`, () => {
  expect(page("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(MAX_README_LINES);
});

test("proseProblems() finds long sentences and banned words in paragraphs, lists and tables, not in code", () => {
  const long = `${"word ".repeat(26).trim()}.`;
  const text = `# Title\n\n${long}\n\n- one\n- the process who rings\n\n| a | ${long} |\n|---|---|\n\n\`\`\`\nnobody ${long}\n\`\`\`\n\nA \`nobody\` b.\n`;
  expect(proseProblems(text).map((problem) => problem.slice(0, 16))).toEqual([
    "3: 26 words: wor",
    '6: "who": the pr',
    '6: "rings": the ',
    "8: 26 words: wor",
  ]);
});
