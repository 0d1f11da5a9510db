import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const MAIN = new URL("../../src/cli/main.ts", import.meta.url).pathname;
/** A process that compiles all of the command takes half a second, and longer on a busy computer. */
const TIMEOUT_MS = 60_000;

function unitlet(...args: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, "cli", ...args], { encoding: "utf8" });
}

const COMMANDS = [
  "status",
  "get",
  "describe",
  "logs",
  "exec",
  "apply",
  "delete",
  "plan",
  "render",
  "import",
  "explain",
  "join",
  "leave",
  "images",
  "claims",
  "doctor",
  "check-config",
  "upgrade",
  "version",
];

test.each([
  [["--help"], "usage: unitlet COMMAND\n"],
  [["-h"], "usage: unitlet COMMAND\n"],
  [["help"], "usage: unitlet COMMAND\n"],
  [["--version"], "unitlet "],
  ...COMMANDS.flatMap((name) => [
    [[name, "--help"], `usage: unitlet ${name}`] as const,
    [[name, "-h"], `usage: unitlet ${name}`] as const,
    [["help", name], `usage: unitlet ${name}`] as const,
  ]),
  [["leave", "--drain", "-h"], "usage: unitlet leave"],
] as const)("%j is answered on standard output, with status 0", { timeout: TIMEOUT_MS }, (args, words) => {
  expect(unitlet(...args)).toMatchObject({ status: 0, stdout: expect.stringContaining(words), stderr: "" });
});

test.each([
  [["stauts"], 'unknown command "stauts"'],
  [["help", "stauts"], 'unknown command "stauts"'],
  [["\u001b[2J"], 'unknown command "\\u001b[2J"'],
  [["constructor"], 'unknown command "constructor"'],
  [["status", "hello"], 'unexpected argument "hello"'],
])("%j is wrong usage, with status 64", { timeout: TIMEOUT_MS }, (args, words) => {
  expect(unitlet(...args)).toMatchObject({ status: 64, stdout: "", stderr: expect.stringContaining(words) });
});
