import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { proseProblems } from "./prose.ts";

const root = new URL("../../", import.meta.url);
/** Pages that are not written by these rules yet. */
const EXEMPT = [
  "README.md",
  ...["annotations", "changelog", "configuration", "monitoring", "pod-fields"].map((name) => `docs/${name}.md`),
];
const PAGES = ["README.md", ...globSync("docs/*.md", { cwd: root })]
  .filter((path) => !EXEMPT.includes(path))
  .toSorted();

function page(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

test.for(PAGES)("%s has no sentence over 25 words, and none of the words that hide the actor", (path) => {
  expect(proseProblems(page(path)).map((problem) => `${path}:${problem}`)).toEqual([]);
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
