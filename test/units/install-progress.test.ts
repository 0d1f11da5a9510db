import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const SCRIPT = `set -eu
. units/install/progress.sh
output=$1
slow() { sleep 1.2; }
bad() { echo trouble; return 3; }
say 'a "b"
	c\\d'
warn careful
step "Slow thing" slow
step "Bad thing" bad
`;

const run = (mode: string) => spawnSync("sh", ["-c", SCRIPT, "sh", mode], { encoding: "utf8" });

test("a log has a line a second of a step, and one with the whole time", () => {
  const { stdout, stderr, status } = run("text");
  const lines = stdout.replaceAll(/\d+ s$/gm, "N s").split("\n");
  expect(lines.filter((line, at) => line !== lines[at - 1])).toEqual([
    'a "b"',
    "\tc\\d",
    "careful",
    "Slow thing: N s",
    `${"Slow thing".padEnd(46)}N s`,
    `${"Bad thing".padEnd(46)}failed after N s`,
    "",
  ]);
  expect([status, stderr]).toEqual([1, "  trouble\n"]);
});

test("quiet prints warnings and errors alone", () => {
  expect(run("quiet")).toMatchObject({ status: 1, stdout: "", stderr: "careful\n  trouble\n" });
});

test("json has an object a line, the result last", () => {
  const { stdout, status } = run("json");
  const objects = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const progress = { command: "install", type: "progress", seconds: expect.any(Number) };
  expect(objects[0]).toEqual({ ...progress, phase: "install", message: 'a "b"\n\tc\\d' });
  expect(objects[1]).toEqual({ ...progress, type: "warning", message: "careful" });
  expect(objects.at(-2)).toEqual({
    ...progress,
    phase: "Bad thing",
    message: expect.stringMatching(/^Bad thing: failed after \d+ s$/),
  });
  const result = { type: "result", message: "Bad thing: failed", status: "failed", exitStatus: 1 };
  expect([objects.at(-1), status]).toEqual([{ ...progress, ...result }, 1]);
});

test("a command that ends the script leaves a result too, once", () => {
  const script = `set -eu
. units/install/progress.sh
output=json
name=$(die "no name")
`;
  const { stdout, stderr, status } = spawnSync("sh", ["-c", script, "install.sh"], { encoding: "utf8" });
  expect([
    status,
    stderr,
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ]).toEqual([
    1,
    "install.sh: no name\n",
    [
      {
        ...{ command: "install", type: "result", seconds: expect.any(Number), status: "failed", exitStatus: 1 },
        message: "install.sh has failed: standard error has the reason",
      },
    ],
  ]);
});

test("a question is not on standard output, which has JSON alone", () => {
  const home = mkdtempSync(join(tmpdir(), "install-progress-"));
  const script = `DESTDIR= yes=no
. units/install/progress.sh
. units/install/remove.sh
output=json
ask 'Remove it?' >${home}/stdout
say done >>${home}/stdout
`;
  try {
    writeFileSync(join(home, "script"), script);
    const command = ["--quiet", "--return", "--command", `sh ${home}/script`, "/dev/null"];
    const { stdout, status } = spawnSync("script", command, { encoding: "utf8", input: "y\n" });
    const [message, ...more] = readFileSync(join(home, "stdout"), "utf8").trim().split("\n");
    expect([status, stdout]).toEqual([0, expect.stringContaining("Remove it? [y/N] ")]);
    expect([JSON.parse(message ?? ""), more]).toEqual([expect.objectContaining({ message: "done" }), []]);
  } finally {
    rmSync(home, { recursive: true });
  }
});
