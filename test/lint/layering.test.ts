import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../support/run.ts";

const globals = "lint/style/noRestrictedGlobals";
const modules = "lint/correctness/noNodejsModules";
const plugin = "plugin";

/** A file's path (or its folder), its text, and the rule that must complain; none may when it is undefined. */
type Case = readonly [path: string, text: string, rule: string | undefined];

const cases: readonly Case[] = [
  ...["src", "src/run", "src/config"].flatMap((folder) => importing(folder, ["node:fs", "fs"], modules)),
  ...["model", "unitfile", "translate", "translate/oci", "diff", "report"].flatMap((stage) =>
    importing(`src/${stage}`, ["node:fs", "fs", "node:child_process"], modules),
  ),
  ...importing("src/unitfile/hash.ts", ["node:crypto"]),
  ...importing("src/main.ts", ["node:process"]),
  ...["io", "io/kube", "cli", "serve", "probe"].flatMap((folder) => importing(`src/${folder}`, ["node:fs"])),

  ...using("src/diff", ["Date.now()", "new Date()", "Math.random()"], plugin),
  ...using("src/translate", ["process.env", "performance.now()", "fetch('')", "setTimeout(String, 1)"], globals),
  ...using("src/report", ["new Date(1)", "Date.parse('')"]),
  ...using("src/io", ["Date.now()", "process.env"]),

  ...importing("src/io", ["@kubernetes/client-node"], plugin),
  ["src/cli", 'import * as k8s from "@kubernetes/client-node";\nexport const value = k8s;\n', plugin],
  ["src/cli", 'export const value = await import("@kubernetes/client-node");\n', plugin],
  ["src/io", 'import type { V1Pod } from "@kubernetes/client-node";\nexport type Value = V1Pod;\n', undefined],
  ...importing("src/io/schema", ["@kubernetes/client-node"], plugin),

  [
    "src",
    `export function f(): void {\n${"  String();\n".repeat(41)}}\n`,
    "lint/complexity/noExcessiveLinesPerFunction",
  ],
  ["test", "String();\n".repeat(201), "lint/style/noExcessiveLinesPerFile"],
  ["src", "export default 1;\n", "lint/style/noDefaultExport"],
  ["some.config.ts", "export default 1;\n", undefined],
  ["src", 'export { a } from "./a.ts";\nexport { b } from "./b.ts";\n', "lint/performance/noBarrelFile"],
  ["src", 'export * from "./a.ts";\n', "lint/performance/noReExportAll"],
  ["src", "async function f(): Promise<void> {}\nf();\n", "lint/nursery/noFloatingPromises"],
];

function importing(path: string, specifiers: readonly string[], rule?: string): Case[] {
  return specifiers.map((specifier) => [
    path,
    `import { value } from "${specifier}";\nexport const f = () => value;\n`,
    rule,
  ]);
}

function using(path: string, expressions: readonly string[], rule?: string): Case[] {
  return expressions.map((expression) => [path, `export const value = ${expression};\n`, rule]);
}

const files = cases.map(([path, text, rule], number) => {
  const file = path.endsWith(".ts") ? path : `${path}/case-${number}.ts`;
  return { file, text, rule };
});

let folder: string;
let complaints: string[];

// One run over all cases: a start of Biome costs as much as the check.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "unitlet-lint-"));
  for (const needed of ["biome.json", ".gitignore", "test/lint/no-clock.grit", "test/lint/type-only-client.grit"]) {
    cpSync(needed, join(folder, needed), { recursive: true });
  }
  for (const { file, text } of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const flags = ["--reporter=github", "--max-diagnostics=none", "--diagnostic-level=error"];
  const biome = resolve("node_modules/.bin/biome");
  const { stdout } = await run(["env", "-C", folder, biome, "lint", ...flags, "."], { allowFailure: true });
  complaints = stdout.split("\n");
});

afterAll(() => rmSync(folder, { recursive: true }));

describe.each(files)("$file", ({ file, text, rule }) => {
  test(`${rule ?? "nothing"} complains about ${text.slice(0, 80).split("\n")[0]}`, () => {
    const about = complaints.filter((line) => line.includes(`file=${join(folder, file)},`));
    const rules = about.map((line) => /title=([^,]*)/.exec(line)?.[1]);
    if (rule === undefined) expect(rules).toEqual([]);
    else expect(rules).toContain(rule);
  });
});
