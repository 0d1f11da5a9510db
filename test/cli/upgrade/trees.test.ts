import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Places } from "../../../src/cli/upgrade/places.ts";
import { placesOf } from "../../../src/cli/upgrade/places.ts";
import { changesOf, installedTree, labelOf, storedTree } from "../../../src/cli/upgrade/trees.ts";

const LIST = "helper helpers/agent/run-needed 755\nunit    systemd/unitlet-sync.timer 644\n";
const NEW_LIST = `${LIST}unit    systemd/unitlet-new.timer  644\n`;

function directory(files: Readonly<Record<string, string>>): string {
  const home = mkdtempSync(join(tmpdir(), "unitlet-trees-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  return home;
}

test("the changes of a version are its files that are new, gone or different, whatever a trial adds", () => {
  const unit = "[Timer]\n";
  const home = directory({
    "lib/manifest": LIST,
    "lib/sync.cjs": "1",
    "lib/gone.cjs": "1",
    "bin/unitlet": "command",
    "units/unitlet-sync.timer": unit,
    "units/nginx.service": "not ours",
  });
  const places: Places = {
    prefix: home,
    programs: join(home, "lib"),
    versions: join(home, "versions"),
    command: join(home, "bin/unitlet"),
    units: join(home, "units"),
  };
  const staged = directory({
    "lib/manifest": NEW_LIST,
    "lib/.trial": "",
    "lib/sync.cjs": "2",
    command: "command",
    "units/unitlet-sync.timer": unit,
    "units/unitlet-new.timer": unit,
  });
  const installed = installedTree(places, ["unitlet-sync.timer", "unitlet-new.timer"]);
  expect(changesOf(installed, storedTree(staged))).toEqual([
    "- lib/gone.cjs",
    "~ lib/manifest",
    "~ lib/sync.cjs",
    "+ units/unitlet-new.timer",
  ]);
});

test("builds of one version have different names, whatever the order of their files", () => {
  const files = [["lib/a", "1"] as const, ["lib/b", "2"] as const];
  const label = labelOf("0.1.0", new Map(files));
  expect(label).toMatch(/^0\.1\.0 \([0-9a-f]{12}\)$/);
  expect(labelOf("0.1.0", new Map(files.toReversed()))).toBe(label);
  expect(labelOf("0.1.0", new Map([["lib/a", "3"], ...files.slice(1)]))).not.toBe(label);
});

test.each([
  ["/usr/local/lib/unitlet", "/usr/local/lib/systemd/system"],
  ["/opt/lib/unitlet", "/etc/systemd/system"],
])("the units of %s are in %s, as install.sh puts them", (programs, units) => {
  expect(placesOf(programs)).toMatchObject({ versions: `${programs}.versions`, units });
});

test.each(["/lib/unitlet", "/root/clone/dist"])("%s is no installation", (programs) => {
  expect(() => placesOf(programs)).toThrow("is no directory of install.sh");
});
