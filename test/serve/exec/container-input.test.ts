import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pipeInto } from "../../../src/serve/exec/container-input.ts";
import { run } from "../../support/run.ts";

let directory: string;
let pipe: string;
let isThere: boolean;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-input-"));
  pipe = join(directory, "pipe");
  execFileSync("mkfifo", [pipe]);
  isThere = true;
});

afterEach(() => rmSync(directory, { recursive: true }));

test("what is written before the container reads waits for it, and so does the end", async () => {
  const input = pipeInto(pipe, () => isThere);
  await new Promise((resolve) => setImmediate(resolve));
  input.end("hello\n");
  expect(await run(["cat", pipe])).toMatchObject({ stdout: "hello\n" });
});

test("more than a pipe holds goes through it", async () => {
  const much = "x".repeat(1 << 20);
  pipeInto(pipe, () => isThere).end(much);
  expect((await run(["cat", pipe])).stdout).toBe(much);
});

test("input without a reader is taken and discarded", async () => {
  const input = pipeInto(pipe, () => isThere);
  const over = new Promise((resolve) => input.end("hello\n", () => resolve(undefined)));
  isThere = false;
  await over;
});

test("a client that leaves before ends the wait", async () => {
  let looks = 0;
  const input = pipeInto(pipe, () => looks++ >= 0);
  const closed = new Promise((resolve) => input.once("close", resolve));
  input.destroy();
  await closed;
  const before = looks;
  const reader = run(["timeout", "1", "cat", pipe], { allowFailure: true });
  expect(await reader).toMatchObject({ stdout: "", code: 124 });
  expect(looks).toBe(before);
});

test("the end of the reader is reported to the writer", async () => {
  const input = pipeInto(pipe, () => isThere);
  const broken = new Promise<Error>((resolve) => input.once("error", resolve));
  const reader = run(["head", "-n", "1", pipe]);
  input.write("one\n");
  expect((await reader).stdout).toBe("one\n");
  input.write("two\n");
  expect(await broken).toMatchObject({ code: "EPIPE" });
});
