import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parseSettings } from "../../src/config/settings.ts";
import { ANNOTATIONS } from "../../src/translate/annotations/table.ts";
import { unitletVersion } from "../../src/version.ts";
import { run } from "../support/run.ts";
import { exampleUnits } from "./example.ts";
import { fieldTables } from "./field-tables.ts";
import { fenced, section, table, tableRows, withSection } from "./markdown.ts";

const path = new URL("../../README.md", import.meta.url);
const readme = readFileSync(path, "utf8");
const biome = resolve("node_modules/.bin/biome");

test("README.md says what the code does; `npm test -- test/docs -u` writes what it can", async () => {
  const units = exampleUnits(fenced(section(readme, "example")));
  const made = {
    numbers: numbersTable(),
    annotations: annotationTable(),
    fields: fieldTables(section(readme, "fields")),
    "example slice": units.get("") ?? "",
    "example web": units.get("web") ?? "",
    "example prepare": units.get("prepare") ?? "",
  };
  const written = Object.entries(made).reduce((text, [name, content]) => withSection(text, name, content), readme);
  const { stdout: formatted } = await run([biome, "format", "--stdin-file-path=README.md"], { stdin: written });
  await expect(formatted).toMatchFileSnapshot(path.pathname);
});

function annotationTable(): string {
  const rows = Object.entries(ANNOTATIONS).map(([name, { example, effect }]) => [
    `\`unitlet.dev/${name}\``,
    `\`${example}\``,
    effect,
  ]);
  return table(["annotation", "for example", "effect"], rows);
}

/** What the bench measured, in the words of its goals. */
function numbersTable(): string {
  const bench = readFileSync(new URL("../bench/README.md", import.meta.url), "utf8");
  const goals = tableRows(bench).filter(([what = ""]) => /^(idle run|a minute|created → Running)/.test(what));
  const measured = goals.filter((row) => row.length === 4).map(([what = "", , value = ""]) => [what, value]);
  return table(["", "measured"], measured);
}

test("what happens with each supported field is told: where a cell is empty, write it in README.md", () => {
  const silent = tableRows(section(readme, "fields")).filter(([, , what]) => what === "");
  expect(silent.map(([field]) => field)).toEqual([]);
});

const conf = readFileSync(new URL("../../units/systemd/unitlet.conf", import.meta.url), "utf8");
/** key → default as it is written there, "" when it has none that could be; test/config holds that against src/config.ts. */
const documented = new Map(
  [...conf.matchAll(/^#(\w+) =(.*)$/gm)].map(([, key = "", value = ""]) => [key, value.trim()]),
);

test("README.md has every setting, with its default", () => {
  const rows = tableRows(section(readme, "settings"));
  expect(rows.map(([key]) => key)).toEqual(knownKeys().map((key) => `\`${key}\``));
  const wrong = rows.filter(([key = "", value]) => {
    const fallback = documented.get(key.replaceAll("`", ""));
    return fallback ? value !== `\`${fallback}\`` : value?.startsWith("`");
  });
  expect(wrong).toEqual([]);
});

/** By the message for a key that nobody knows. */
function knownKeys(): string[] {
  try {
    parseSettings([{ path: "unitlet.conf", text: "unknown = 1" }]);
  } catch (error) {
    return /expected one of (.*)/.exec((error as Error).message)?.[1]?.split(", ") ?? [];
  }
  return [];
}

test("options of install.sh are those of its usage", () => {
  const usage = readFileSync(new URL("../../install.sh", import.meta.url), "utf8");
  const options = [...readme.matchAll(/install\.sh[^`\n]*/g)].flatMap(([line]) => line.match(/--[a-z-]+/g) ?? []);
  expect(options.length).toBeGreaterThan(3);
  expect(options.filter((option) => !usage.includes(option))).toEqual([]);
});

test("the version is package.json's", () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(unitletVersion).toBe(version);
});
