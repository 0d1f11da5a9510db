import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = new URL("../../../", import.meta.url).pathname;
/** A process that compiles all of the command takes a second, and longer on a busy computer. A test starts up to three. */
const TIMEOUT_MS = 240_000;

const UNIT = "[Service]\nExecStart=/usr/bin/web yes 0400\nRestart=always\nUser=www\nNice=5\n";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "import-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command in a process that may read the code and `folder` alone, and write nothing. */
function unitlet(args: readonly string[], input = "") {
  const may = [ROOT, realpathSync(`${ROOT}node_modules`), folder].map((path) => `--allow-fs-read=${path}`);
  return spawnSync(process.execPath, ["--permission", ...may, `${ROOT}src/cli/main.ts`, "cli", ...args], {
    ...{ encoding: "utf8", input, cwd: folder, timeout: TIMEOUT_MS },
    env: { PATH: "/nonexistent" },
  });
}

test("a file becomes a manifest with comments, which render takes", { timeout: TIMEOUT_MS }, () => {
  const path = join(folder, "web.service");
  writeFileSync(path, UNIT);
  const { status, stdout, stderr } = unitlet(["import", path]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("# Nice=5: Kubernetes has no field for it\napiVersion: v1\nkind: Pod\n");
  expect(stdout).toContain('- /usr/bin/web\n        - "yes"\n        - "0400"\n');
  expect(unitlet(["import", "web.service"]).stdout).toBe(stdout);
  expect(unitlet(["render", "-"], stdout)).toMatchObject({
    status: 0,
    stderr: "",
    stdout: expect.stringContaining("\n# unitlet.default.web.web.service\n"),
  });
});

test("no text of a unit ends a comment of the manifest", { timeout: TIMEOUT_MS }, () => {
  const odd = `${UNIT}Description=x\nTimerSlackNSec=1\u2028hostPID: true\u0085kind: List\u001b[2J\n`;
  const { stdout } = unitlet(["import", "-", "--name", "web.service"], odd);
  expect(stdout).toContain(
    "# TimerSlackNSec=1 hostPID: true\\u0085kind: List\\u001b[2J: Kubernetes has no field for it\n",
  );
  expect(stdout).toMatch(/^# Pod of web\.service, by unitlet import\.\n/);
});

test.each([
  [[], "name a unit, a file, or - for standard input"],
  [["a.service", "b.service"], 'unexpected argument "b.service"'],
  [["--nope"], "Unknown option '--nope'"],
  [["a.service", "--name", "b"], "--name is for standard input alone"],
])("%j is wrong usage, with status 64", { timeout: TIMEOUT_MS }, (args, words) => {
  expect(unitlet(["import", ...args])).toMatchObject({
    status: 64,
    stdout: "",
    stderr: expect.stringContaining(words),
  });
});

test("a directory here is no unit of that name, and a path that is no file is told", { timeout: TIMEOUT_MS }, () => {
  mkdirSync(join(folder, "nginx"));
  expect(unitlet(["import", "nginx"]).stderr).toMatch(/^systemctl cat -- nginx\.service: /);
  expect(unitlet(["import", "./nginx"])).toMatchObject({
    status: 1,
    stdout: "",
    stderr: expect.stringMatching(/^unitlet import: cannot read \.\/nginx: EISDIR/),
  });
});

test("a unit without a program is refused, with status 1", { timeout: TIMEOUT_MS }, () => {
  expect(unitlet(["import", "-"], "[Service]\nType=oneshot\n")).toMatchObject({
    status: 1,
    stdout: "",
    stderr: "unitlet import: imported.service: it has no ExecStart=, and a container needs a program\n",
  });
});
