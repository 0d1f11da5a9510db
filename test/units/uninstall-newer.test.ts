import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

/** A newer version than this one: a helper of pods and a timer more. */
const LIST = `helper  helpers/container/container-next  755 pods
helper  helpers/agent/agent-next          755
unit    systemd/unitlet-next.timer        644
`;
const PROGRAMS = "usr/local/lib/unitlet";
const TIMER = "usr/local/lib/systemd/system/unitlet-next.timer";
const LINK = "etc/systemd/system/timers.target.wants/unitlet-next.timer";

let tree: string;

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), "unitlet-newer-"));
  const files = ["container-next", "agent-next", "container-run"].map((name) => `${PROGRAMS}/${name}`);
  for (const file of [`${PROGRAMS}/manifest`, ...files, TIMER, LINK]) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), LIST);
  }
});

afterEach(() => rmSync(tree, { recursive: true }));

const uninstall = (...words: readonly string[]) =>
  spawnSync("sh", ["install.sh", "--uninstall", "--yes", ...words], {
    env: { PATH: process.env.PATH, DESTDIR: tree },
    encoding: "utf8",
  });

test("a version that is newer than the script goes as a whole", () => {
  expect(uninstall()).toMatchObject({ status: 0, stderr: "" });
  expect([PROGRAMS, TIMER, LINK].filter((path) => existsSync(join(tree, path)))).toEqual([]);
});

test("--keep-pods leaves the helpers that containers of the newer version use", () => {
  expect(uninstall("--keep-pods")).toMatchObject({ status: 0, stderr: "" });
  expect(readdirSync(join(tree, PROGRAMS)).toSorted()).toEqual(["container-next", "container-run"]);
  expect(existsSync(join(tree, TIMER))).toBe(false);
});
