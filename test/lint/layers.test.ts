import { describe, expect, test } from "vitest";
import { fileCycles, folderCycles } from "./cycles.ts";
import { type Imports, importsOf, readImports } from "./imports.ts";
import { EXCEPTIONS, LAYERS, SEAMS } from "./layers.ts";
import { violations, withoutSrc } from "./violations.ts";

const imports = readImports("src/**/*.ts");

function without(from: Imports, arrows: readonly string[]): Imports {
  return new Map(
    [...from].map(([file, targets]) => [
      file,
      targets.filter((target) => !arrows.includes(`${withoutSrc(file)} → ${withoutSrc(target)}`)),
    ]),
  );
}

describe("the imports of src", () => {
  const judged = without(imports, [...SEAMS, ...EXCEPTIONS]);

  test("are allowed by the table of layers", () => expect(violations(judged, LAYERS)).toEqual([]));

  test("make no circle of files", () => expect(fileCycles(judged)).toEqual([]));

  test("make no circle of folders beside each other", () => expect(folderCycles(judged)).toEqual([]));

  test.each([...SEAMS, ...EXCEPTIONS])("still need the exception %s of layers.ts", (arrow) => {
    const [from = "", to = ""] = arrow.split(" → ");
    expect(imports.get(`src/${from}`)).toContain(`src/${to}`);
    const others = [...SEAMS, ...EXCEPTIONS].filter((other) => other !== arrow);
    const rest = without(imports, others);
    expect([...violations(rest, LAYERS), ...fileCycles(rest), ...folderCycles(rest)]).not.toEqual([]);
  });

  test("do not go to the tests, nor do those of tests make circles", () => {
    expect(fileCycles(readImports("test/**/*.ts"))).toEqual([]);
  });
});

/** A file or folder, what it imports, and whether the table must complain. */
const forbidden: readonly (readonly [place: string, ...targets: string[]])[] = [
  ["src/model", "src/unitfile/names.ts", "src/translate/pod.ts", "src/io/files.ts", "ini", "dbus-next", "node:fs"],
  ["src/model/api", "src/report/phase.ts", "src/log.ts"],
  ["src/unitfile", "src/translate/pod.ts", "src/io/files.ts", "@kubernetes/client-node", "src/log.ts", "node:crypto"],
  ["src/translate", "src/io/files.ts", "src/run/observe.ts", "src/diff/diff.ts", "zod", "fs", "src/config/manifest.ts"],
  ["src/translate/admission", "src/io/files.ts", "src/diff/diff.ts", "src/run/observe.ts", "node:child_process"],
  ...["fields", "env", "volumes", "security", "images", "network", "resources", "lifecycle"].map(
    (folder) =>
      [
        `src/translate/${folder}`,
        "src/translate/host/launch.ts",
        "src/translate/oci/launch.ts",
        "src/translate/deb/launch.ts",
        "src/io/files.ts",
        "src/report/phase.ts",
      ] as const,
  ),
  ["src/translate/host", "src/translate/oci/launch.ts", "src/translate/deb/launch.ts", "src/log.ts"],
  ["src/translate/oci", "src/translate/host/launch.ts", "src/translate/deb/launch.ts", "node:fs"],
  ["src/translate/deb", "src/translate/host/launch.ts", "src/translate/oci/launch.ts", "src/run/sync.ts"],
  ["src/diff", "src/io/systemd/systemd.ts", "src/translate/pod.ts", "src/run/sync.ts", "test/support/run.ts"],
  ["src/report", "src/io/kube/kube.ts", "src/diff/diff.ts", "src/log.ts", "node:fs"],
  ["src/report/events", "src/io/kube/kube.ts", "src/translate/pod.ts"],
  [
    "src/io",
    "src/translate/pod.ts",
    "src/diff/diff.ts",
    "src/report/phase.ts",
    "src/cli/join.ts",
    "src/serve/route.ts",
    "src/probe/check.ts",
    "src/run/observe.ts",
    "src/config/settings.ts",
    "src/main.ts",
    "dbus-next",
    "test/support/run.ts",
  ],
  ["src/io/systemd", "src/run/heartbeat.ts", "src/translate/pod.ts"],
  ["src/io/schema", "src/run/reconcile.ts", "dbus-next"],
  ["src/io/pki", "src/run/heartbeat.ts", "src/run/certificates.ts", "dbus-next"],
  ["src/config", "src/io/files.ts", "node:fs", "src/translate/pod.ts", "@kubernetes/client-node"],
  [
    "src/run",
    "node:fs",
    "fs",
    "dbus-next",
    "src/cli/join.ts",
    "src/serve/route.ts",
    "src/probe/check.ts",
    "src/main.ts",
  ],
  [
    "src/probe",
    "src/report/phase.ts",
    "src/translate/pod.ts",
    "src/run/reconcile.ts",
    "src/serve/route.ts",
    "dbus-next",
  ],
  ["src/serve", "src/translate/pod.ts", "src/probe/check.ts", "src/run/fast-path.ts", "src/diff/diff.ts", "dbus-next"],
  ["src/serve/exec", "src/translate/pod.ts", "src/run/certificates.ts", "src/cli/join.ts"],
  ["src/cli", "dbus-next", "src/serve/route.ts", "src/probe/check.ts", "test/support/run.ts"],
  ["src/log.ts", "src/io/files.ts", "node:fs"],
  ["src/ports.ts", "src/io/files.ts", "dbus-next"],
  ["src/main.ts", "dbus-next", "src/cli/join.ts", "src/serve/route.ts", "src/translate/pod.ts"],
  ["src/somewhere-else", "src/model/world.ts"],
];

const allowed: typeof forbidden = [
  ["src/model", "src/model/api/pod.ts", "zod"],
  ["src/unitfile", "src/unitfile/names.ts", "src/model/unit.ts", "ini"],
  ["src/unitfile/hash.ts", "node:crypto"],
  ["src/translate", "src/translate/oci/launch.ts", "src/model/api/pod.ts", "src/unitfile/names.ts"],
  ["src/translate/oci", "src/translate/context.ts", "src/translate/env/expand.ts", "src/model/unit.ts"],
  ["src/translate/admission", "src/translate/admission/admit.ts", "src/translate/resources/requests.ts"],
  ["src/report/events", "src/report/node/status.ts", "src/model/world.ts"],
  ["src/io/kube", "node:fs", "src/io/files.ts", "src/model/api/pod.ts", "src/unitfile/names.ts", "src/log.ts"],
  ["src/io/systemd", "dbus-next", "src/io/files.ts"],
  ["src/io/schema", "src/config/settings.ts", "js-yaml"],
  ["src/run", "src/io/files.ts", "src/translate/all.ts", "src/diff/diff.ts", "src/report/phase.ts", "src/log.ts"],
  ["src/serve/http", "node:http", "src/unitfile/identity.ts", "src/report/phase.ts", "src/serve/route.ts"],
  ["src/probe", "node:http", "src/io/files.ts", "src/model/api/probe.ts"],
  ["src/cli", "node:fs", "src/run/observe.ts", "src/io/kube/kube.ts"],
  ["src/main.ts", "node:process", "src/run/sync.ts"],
];

const each = (cases: typeof forbidden) =>
  cases.flatMap(([place, ...targets]) => targets.map((target) => [place, target] as const));

function complaints(place: string, target: string): unknown[] {
  const file = place.endsWith(".ts") ? place : `${place}/some-file.ts`;
  return violations(new Map([[file, [target]]]), LAYERS);
}

describe("the table of layers", () => {
  test.each(each(forbidden))("does not let %s import %s", (place, target) => {
    expect(complaints(place, target)).toHaveLength(1);
  });

  test.each(each(allowed))("lets %s import %s", (place, target) => {
    expect(complaints(place, target)).toEqual([]);
  });
});

describe("circles", () => {
  test("of files are found, through types, too", () => {
    const circle: Imports = new Map([
      ["src/diff/one.ts", importsOf("src/diff/one.ts", 'import type { Two } from "./two.ts";\n')],
      ["src/diff/two.ts", importsOf("src/diff/two.ts", 'export {\n  one,\n} from "../diff/one.ts";\n')],
      ["src/diff/three.ts", importsOf("src/diff/three.ts", 'import "./one.ts";\nawait import("./two.ts");\n')],
    ]);
    expect(circle.get("src/diff/three.ts")).toEqual(["src/diff/one.ts", "src/diff/two.ts"]);
    expect(fileCycles(circle)).toEqual([["src/diff/one.ts", "src/diff/two.ts"]]);
    expect(folderCycles(circle)).toEqual([]);
  });

  test("of folders are found where no circle of files is", () => {
    const circle: Imports = new Map([
      ["src/io/kube/one.ts", ["src/io/pki/two.ts", "src/io/files.ts"]],
      ["src/io/kube/three.ts", ["node:fs"]],
      ["src/io/pki/two.ts", []],
      ["src/io/pki/deep/four.ts", ["src/io/kube/three.ts"]],
      ["src/io/files.ts", ["src/io/pki/two.ts"]],
    ]);
    expect(fileCycles(circle)).toEqual([]);
    expect(folderCycles(circle)).toEqual([["src/io/kube", "src/io/pki"]]);
  });
});
