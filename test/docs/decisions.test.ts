import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { proseProblems } from "./prose.ts";

const folder = new URL("../../docs/decisions/", import.meta.url);
const records = globSync("[0-9]*.md", { cwd: folder }).toSorted();
const read = (name: string) => readFileSync(new URL(name, folder), "utf8");

test("decisions are numbered without a gap, and the index has each by its title", () => {
  const index = read("README.md");
  const rows = records.map((name, at) => {
    const [, title] = new RegExp(`^# ${at + 1}\\. (.+)\n`).exec(read(name)) ?? [];
    return `| ${at + 1} | [${title}](${name}) |`;
  });
  expect(rows.length).toBeGreaterThan(11);
  expect(rows.filter((row) => !index.includes(row))).toEqual([]);
});

test.for(records)("%s has context, decision and consequences in 40 lines of plain English", (name) => {
  const text = read(name);
  expect([...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual([
    "Context",
    "Decision",
    "Consequences",
  ]);
  expect(text.split("\n").length).toBeLessThanOrEqual(41);
  expect(proseProblems(text)).toEqual([]);
});
