import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installedFile } from "../support/installed-files.ts";
import { run } from "../support/run.ts";

let directory: string;
let pipe: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-input-"));
  pipe = join(directory, "main.stdin");
  execFileSync("mkfifo", [pipe]);
});

afterEach(() => rmSync(directory, { recursive: true }));

const PARTS = ["terminal.pl", "api-attach.pl"].map((part) => `require "${installedFile(part).source}";`).join(" ");

/** Copies standard input to the container's input. No unit has the invocation "0". */
function giveInput(invocation = ""): ChildProcess {
  const call = `sub fail { die "$_[0]\\n" } ${PARTS} give_input(\\*STDIN, @ARGV)`;
  return spawn("perl", ["-e", call, directory, "main.stdin", "none.service", invocation], {
    stdio: ["pipe", "inherit", "inherit"],
  });
}

test("a terminal and its client get the bytes of each other, until one of them ends", async () => {
  const holder = createServer((socket) => socket.once("data", (bytes) => socket.end(`got ${bytes}`)));
  await new Promise<void>((resolve) => holder.listen(join(directory, "main.tty"), resolve));
  const call = `sub fail { die "$_[0]\\n" } ${PARTS} open my $peer, "+<&=", 3; attach($peer, @ARGV)`;
  const child = spawn("perl", ["-e", call, directory, "main.tty"], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const client = child.stdio[3] as Socket;
  client.write("hello");
  expect(await text(client)).toBe("attached\ngot hello");
  holder.close();
});

test("what is written before the container reads waits for it, and so does the end", async () => {
  giveInput().stdin?.end("hello\n");
  expect(await run(["cat", pipe])).toMatchObject({ stdout: "hello\n" });
});

test("more than a pipe holds goes through it", async () => {
  const much = "x".repeat(1 << 20);
  giveInput().stdin?.end(much);
  expect((await run(["cat", pipe])).stdout).toBe(much);
});

test("input for a container that has ended is discarded", async () => {
  const helper = giveInput("0");
  helper.stdin?.on("error", () => undefined).end("hello\n");
  expect(await once(helper, "exit")).toEqual([0, null]);
});

test("it ends with the reader", async () => {
  const helper = giveInput();
  const reader = run(["head", "-n", "1", pipe]);
  helper.stdin?.on("error", () => undefined).write("one\n");
  expect((await reader).stdout).toBe("one\n");
  helper.stdin?.write("two\n");
  expect(await once(helper, "exit")).toEqual([null, "SIGPIPE"]);
});
