import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../support/run.ts";

const imports = "lint/style/noRestrictedImports";
const globals = "lint/style/noRestrictedGlobals";
const modules = "lint/correctness/noNodejsModules";
const cycles = "lint/suspicious/noImportCycles";
const plugin = "plugin";

/** A file's path (or its folder), its text, and the rule that must complain; none may when it is undefined. */
type Case = readonly [path: string, text: string, rule: string | undefined];

const cases: readonly Case[] = [
  ...importing(
    "src/model",
    ["../unitfile/names.ts", "../translate/pod.ts", "../io/files.ts", "ini", "dbus-next"],
    imports,
  ),
  ...importing(
    "src/unitfile",
    ["../translate/pod.ts", "../io/files.ts", "@kubernetes/client-node", "../log.ts"],
    imports,
  ),
  ...importing("src/translate", ["../io/files.ts", "../observe.ts", "../apply.ts", "../diff/diff.ts", "zod"], imports),
  ...importing("src/translate/admission", ["../../io/files.ts", "../../diff/diff.ts", "../../observe.ts"], imports),
  ...importing(
    "src/diff",
    ["../io/systemd.ts", "../translate/pod.ts", "../sync.ts", "../../test/support/run.ts"],
    imports,
  ),
  ...importing("src/report", ["../io/kube.ts", "../diff/diff.ts", "../log.ts"], imports),
  ...importing(
    "src/io",
    ["../translate/pod.ts", "../diff/diff.ts", "../probe/check.ts", "../observe.ts", "../identity.ts", "../../main.ts"],
    imports,
  ),
  ...importing("src/io/pki", ["../../beat.ts", "../../identity.ts"], imports),
  ...importing("src/probe", ["../report/phase.ts", "../translate/pod.ts", "../run.ts", "dbus-next"], imports),
  ...importing("src/serve", ["../translate/pod.ts", "../probe/check.ts", "../settled.ts", "dbus-next"], imports),
  ...importing("src/serve/exec", ["../../translate/pod.ts", "../../identity.ts"], imports),
  ...importing("src/cli", ["dbus-next"], imports),
  ...importing("src", ["dbus-next", "./cli/join.ts", "./serve/route.ts", "../test/support/run.ts"], imports),
  ...importing("src", ["node:fs", "fs"], modules),
  ...["model", "unitfile", "translate", "diff", "report"].flatMap((stage) =>
    importing(`src/${stage}`, ["node:fs", "fs", "node:child_process"], modules),
  ),

  ...importing("src/model", ["./pod.ts", "zod"]),
  ...importing("src/unitfile", ["./names.ts", "../model/unit.ts", "ini"]),
  ...importing("src/unitfile/hash.ts", ["node:crypto"]),
  ...importing("src/translate", ["./pod.ts", "../model/pod.ts", "../unitfile/names.ts"]),
  ...importing("src/translate/admission", ["./admit.ts", "../pod.ts", "../../model/pod.ts"]),
  ...importing("src/io", ["node:fs", "../model/pod.ts", "../unitfile/names.ts", "dbus-next", "./files.ts"]),
  ...importing("src/cli", ["node:fs"]),
  ...importing("src/serve", ["node:http", "../unitfile/identity.ts", "../report/phase.ts"]),
  ...importing("src/io/pki", ["../../model/identity.ts", "../../log.ts"]),
  ...importing("src/probe", ["node:http", "../io/files.ts", "../model/probe.ts"]),
  ...importing("src/main.ts", ["node:process"]),

  ...using("src/diff", ["Date.now()", "new Date()", "Math.random()"], plugin),
  ...using("src/translate", ["process.env", "performance.now()", "fetch('')", "setTimeout(String, 1)"], globals),
  ...using("src/report", ["new Date(1)", "Date.parse('')"]),
  ...using("src/io", ["Date.now()", "process.env"]),

  ...importing("src/io", ["@kubernetes/client-node"], plugin),
  ["src/cli", 'import * as k8s from "@kubernetes/client-node";\nexport const value = k8s;\n', plugin],
  ["src/cli", 'export const value = await import("@kubernetes/client-node");\n', plugin],
  ["src/io", 'import type { V1Pod } from "@kubernetes/client-node";\nexport type Value = V1Pod;\n', undefined],
  ...importing("src/io/rare", ["@kubernetes/client-node"]),

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
  ["src/diff/one.ts", 'import { two } from "./two.ts";\nexport const one = () => two;\n', cycles],
  ["src/diff/two.ts", 'import { one } from "./one.ts";\nexport const two = () => one;\n', cycles],
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
