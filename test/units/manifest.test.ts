import { readdirSync, readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { installedFiles } from "../support/installed-files.ts";

const files = installedFiles();
const readme = readFileSync("units/README.md", "utf8");

test("the manifest has every unit, helper and command, each once", () => {
  const present = ["bin", "helpers", "systemd"].flatMap((folder) =>
    readdirSync(`units/${folder}`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== "unitlet.conf")
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice("units/".length)),
  );
  expect(files.map(({ file }) => file).toSorted()).toEqual(present.toSorted());
});

test("installed names differ: the installation is flat", () => {
  expect(new Set(files.map(({ kind, name }) => `${kind}/${name}`)).size).toBe(files.length);
});

describe.each(files)("$file", ({ source, mode, name }) => {
  test("has the mode that the manifest says", () => {
    expect(statSync(source).mode & 0o777).toBe(mode);
  });

  test("has a row in units/README.md", () => {
    expect(readme).toContain(`\`${name.replace(/^unitlet-priority-.*/, "unitlet-priority-N.target")}\``);
  });
});

const programs = files.filter(({ kind, mode }) => kind === "helper" && mode === 0o755);

test.each(programs)("$file says how it is called in its second line", ({ source, name }) => {
  const [first, second] = readFileSync(source, "utf8").split("\n");
  expect(first).toMatch(/^#!\/(bin\/sh|usr\/bin\/perl)$/);
  if (!["pod-watch", "notify-shutdown", "shutdown-deadline", "policy-rc.d"].includes(name))
    expect(second).toMatch(`# ${name} `);
});
