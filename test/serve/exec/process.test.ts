import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import { startCommand } from "../../../src/io/exec/command.ts";
import type { ExecProcess } from "../../../src/io/exec/process.ts";
import type { StreamRequest, TerminalSize } from "../../../src/model/stream-request.ts";
import { connect } from "../../../src/serve/exec/connect.ts";
import { containerUnitName } from "../../../src/unitfile/names.ts";
import { until } from "../../support/until.ts";
import { Client } from "./client.ts";
import { LocalHelper } from "./local-helper.ts";

const UNIT = containerUnitName("default", "pod", "main");
const helper = new LocalHelper();

afterAll(() => helper[Symbol.dispose]());

const start = (argv: readonly string[], requested: StreamRequest, size?: TerminalSize) =>
  startCommand({ unit: UNIT, argv, requested, size }, helper.connect);

const ALL = { stdin: true, stdout: true, stderr: true, tty: false };

/** Runs it to its end: what a client gets. */
async function outcome(command: ExecProcess, input: string | Buffer = "") {
  const client = new Client();
  client.stdin.end(input);
  const [stdout, stderr] = await Promise.all([
    buffer(client.stdout),
    buffer(client.stderr),
    connect(command, client.streams),
  ]);
  return { stdout: stdout.toString(), stderr: stderr.toString(), end: client.end };
}

const sh = (script: string) => ["sh", "-c", script];
const exited = (status: number) => ({ kind: "exited", status });

describe("with pipes", () => {
  test("three streams, each its own", async () => {
    const command = await start(sh("cat; echo out; echo err >&2; exit 3"), ALL);
    expect(await outcome(command, "in\n")).toEqual({ stdout: "in\nout\n", stderr: "err\n", end: exited(3) });
  });

  test("the outputs can be opened by name, as scripts do it", async () => {
    const command = await start(sh("echo out >/dev/stdout; echo err >/dev/stderr"), ALL);
    expect(await outcome(command)).toEqual({ stdout: "out\n", stderr: "err\n", end: exited(0) });
  });

  test("a signal counts as 128 and its number", async () => {
    expect((await outcome(await start(sh("kill -TERM $$"), ALL))).end).toEqual(exited(143));
  });

  test("what was not asked for is nothing", async () => {
    const command = await start(sh("cat; echo out; echo err >&2"), { ...ALL, stdin: false, stderr: false });
    expect(await outcome(command, "in\n")).toEqual({ stdout: "out\n", stderr: "", end: exited(0) });
  });

  test("input that the program does not read is no error", async () => {
    const command = await start(sh("head -c 2; exec 0<&-; echo"), ALL);
    expect(await outcome(command, Buffer.alloc(5_000_000, "x"))).toMatchObject({ stdout: "xx\n", end: exited(0) });
  });

  test("nothing of this process is there: no variable, no descriptor", async () => {
    process.env.SECRET = "x";
    const command = await start(sh("env | grep -v PWD; ls /proc/self/fd | grep -v .."), ALL);
    delete process.env.SECRET;
    const { stdout } = await outcome(command);
    // The last one is that of ls itself; what vitest has inherited lies beyond those that Node keeps to itself.
    expect(stdout).toMatch(/^PATH=\S+\n(_=\S+\n|SHLVL=\d\n)*0\n1\n2\n3\n$/);
  });

  test("a program that is not there", async () => {
    const command = await start(["/no/such/program"], ALL);
    // container-enter says so.
    expect(await outcome(command)).toMatchObject({ stderr: expect.stringContaining("not found"), end: exited(127) });
  });

  test("a command that the kernel refuses leaves no descriptor open", async () => {
    const open = () => readdirSync("/proc/self/fd").length;
    const before = open();
    const command = await start(["true", "x".repeat(200_000)], ALL);
    expect((await outcome(command)).end).toEqual({ kind: "failed", message: "Argument list too long" });
    await until(() => [open() <= before, open()], { what: "the pipes to be closed" });
  });

  test("when the client goes, so does all that the command has started", async () => {
    const command = await start(sh("trap '' HUP; sleep 1000 & echo $$ $!; wait"), ALL);
    const client = new Client();
    const over = connect(command, client.streams);
    const pids = String(await client.stdout.find(() => true))
      .trim()
      .split(" ");
    client.leave();
    await over;
    await until(() => pids.every((pid) => !isAlive(Number(pid))), { what: "their end" });
    expect(client.end).toBeUndefined();
  });
});

describe("on a terminal", () => {
  const run = (script: string, size?: TerminalSize) => start(sh(script), { ...ALL, tty: true }, size);

  test("it is one, of the size that the client has, with a name and a type", async () => {
    const command = await run("stty size; tty | tr -d 0-9; echo $TERM; test -t 0 && test -t 2; exit $?", {
      width: 99,
      height: 33,
    });
    expect(await outcome(command)).toEqual({ stdout: "33 99\r\n/dev/pts/\r\nxterm\r\n", stderr: "", end: exited(0) });
  });

  test("it learns when the size changes", async () => {
    const client = new Client();
    const over = connect(await run("trap 'stty size' WINCH; echo ready; while :; do sleep 0.1; done"), client.streams);
    await client.waitForOutput(/ready/);
    for (const [width, height] of [
      [10, 10],
      [11, 11],
      [120, 40],
    ] as const)
      client.resize(width, height);
    await client.waitForOutput(/40 120/);
    client.leave();
    await over;
  });

  test.each([
    ["^C", "\x03", "trap 'echo interrupted; exit 5' INT; echo ready; while :; do sleep 0.1; done", /interrupted/, 5],
    ["^D", "\x04", "echo ready; cat; exit 6", /ready/, 6],
    ["^Z, and the job goes on", "\x1a", "set -m; echo ready; sh -c 'kill -TSTP $$'; jobs; fg; exit 7", /Stopped/, 7],
  ])("%s", async (_, key, script, expected, status) => {
    const client = new Client();
    const over = connect(await run(script), client.streams);
    await client.waitForOutput(/ready/);
    client.stdin.write(key);
    await client.waitForOutput(expected);
    await over;
    expect(client.end).toEqual(exited(status));
  });

  test.each([
    ["exit 200", 200],
    ["kill -KILL $$", 137],
  ])("%s", async (script, status) => {
    expect((await outcome(await run(script))).end).toEqual(exited(status));
  });

  test("much output arrives whole, with what was written last", async () => {
    const { stdout } = await outcome(await run("stty -opost; seq 1 200000"));
    expect(stdout).toBe(Array.from({ length: 200_000 }, (_, at) => `${at + 1}\n`).join(""));
  });

  test("what is typed is echoed", async () => {
    expect((await outcome(await run("read -r line; echo got $line"), "hello\n")).stdout).toBe("hello\r\ngot hello\r\n");
  });

  test("when the client goes, so does all that is on the terminal", async () => {
    const client = new Client();
    const over = connect(await run("trap '' HUP; sleep 1000 & echo $$ $!; wait"), client.streams);
    const pids = String(await client.stdout.find(() => true))
      .trim()
      .split(" ");
    client.leave();
    await over;
    await until(() => pids.every((pid) => !isAlive(Number(pid))), { what: "their end" });
  });

  test("when the client is gone before anything was heard of the command, so is the command", async () => {
    const mark = `sleep 1000.${process.pid}`;
    const client = new Client();
    const over = connect(await run(`trap '' HUP; ${mark} & wait`), client.streams);
    // The shell prints its PID, which is read only after the client has gone.
    const begun = () => spawnSync("pgrep", ["-xf", mark]).status === 0;
    while (!begun());
    client.leave();
    await over;
    await until(() => !begun(), { what: "its end" });
  });
});

/** True for a zombie too: it has ended, even if its parent has not waited for it yet. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
