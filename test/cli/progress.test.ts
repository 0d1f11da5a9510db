import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { CliError } from "../../src/cli/failure.ts";
import { Progress, withProgress } from "../../src/cli/progress.ts";
import { outputMode } from "../../src/cli/progress-options.ts";

// A terminal that is dumb has no line that changes, and CI may have one.
beforeAll(() => void vi.stubEnv("TERM", "xterm"));
afterAll(() => void vi.unstubAllEnvs());

function streams(isTTY: boolean) {
  const out: string[] = [];
  const err: string[] = [];
  const fake = (to: string[]) => ({ isTTY, columns: 12, write: (text: string) => to.push(text) > 0 });
  return { out, err, streams: { out: fake(out), err: fake(err) } };
}

/** The objects without their time. */
const objects = (out: readonly string[]) =>
  out.map((line) => {
    const { seconds, ...rest } = JSON.parse(line);
    expect([line.split("\n"), seconds]).toEqual([[expect.any(String), ""], expect.any(Number)]);
    return rest;
  });

test("a terminal has one line, which changes and goes", () => {
  const { err, streams: terminal } = streams(true);
  const progress = new Progress("join", "text", terminal);
  progress.state("a", "one", {}, 1000);
  progress.state("a", "two, too long for it", {}, 1200);
  progress.clear();
  expect(err).toEqual(["\rone\x1b[K", "\rtwo, too lo\x1b[K", "\r\x1b[K"]);
});

test("a new phase is shown at once on a terminal", () => {
  const { err, streams: terminal } = streams(true);
  const progress = new Progress("join", "text", terminal);
  progress.state("a", "one", {}, 1000);
  progress.state("a", "two", {}, 1001);
  progress.state("b", "three", {}, 1002);
  expect(err).toEqual(["\rone\x1b[K", "\rthree\x1b[K"]);
});

test("a log has one line a second, and no line twice", () => {
  const { err, streams: log } = streams(false);
  const progress = new Progress("join", "text", log);
  progress.state("a", "one", {}, 1000);
  progress.state("b", "two", {}, 1500);
  progress.state("b", "three", {}, 2000);
  progress.state("b", "three", {}, 4000);
  progress.clear();
  expect(err).toEqual(["one\n", "three\n"]);
});

test("an archive cannot write to the terminal, and a message has one line of it", () => {
  const { err, streams: terminal } = streams(true);
  new Progress("images pull", "text", terminal).state("a", "a\x1b[2J\nb", {}, 1000);
  expect(err).toEqual(["\ra\\u001b[2J \x1b[K"]);
});

test("what has been done stays on standard output, below no line of progress", () => {
  const { out, err, streams: terminal } = streams(true);
  const progress = new Progress("images pull", "text", terminal);
  progress.state("a", "one", {}, 1000);
  progress.done("b", "pulled it");
  expect([out, err]).toEqual([["pulled it\n"], ["\rone\x1b[K", "\r\x1b[K"]]);
});

test("quiet shows warnings alone, on standard error", () => {
  const { out, err, streams: terminal } = streams(true);
  const progress = new Progress("join", "quiet", terminal);
  progress.state("a", "one", {}, 1000);
  progress.done("a", "two");
  progress.warn("three");
  expect([out, err, progress.result({ text: "four\n" }, 0)]).toEqual([[], ["three\n"], ""]);
});

test("json has an object a line: each phase, at most one a second of it, and the result at the end", () => {
  const { out, err, streams: log } = streams(true);
  const progress = new Progress("leave", "json", log);
  progress.state("waiting", "1 left", { done: 1 }, 1000);
  progress.state("waiting", "0 left", { done: 2 }, 1500);
  progress.state("run", "the run", {}, 1600);
  progress.done("run", "ran\u009b2J");
  progress.warn("careful");
  expect(progress.result({ text: "gone\n", details: { node: "a" } }, 0)).toBe("");
  expect(objects(out)).toEqual([
    { command: "leave", type: "progress", phase: "waiting", message: "1 left", done: 1 },
    { command: "leave", type: "progress", phase: "run", message: "the run" },
    { command: "leave", type: "progress", phase: "run", message: "ran\u009b2J" },
    { command: "leave", type: "warning", message: "careful" },
    { command: "leave", type: "result", message: "gone", status: "done", exitStatus: 0, node: "a" },
  ]);
  expect([out.join("").includes("\u009b"), err]).toEqual([false, []]);
});

test("a failure is the last object too, with the exit status", async () => {
  const { out, streams: log } = streams(false);
  const work = () => Promise.reject(new CliError("it is late", 130));
  await expect(withProgress("join", "json", work, log)).rejects.toThrow("it is late");
  const last = { command: "join", type: "result", message: "it is late", status: "failed", exitStatus: 130 };
  expect(objects(out)).toEqual([last]);
});

test("the result of text is what the command prints", async () => {
  const { streams: log } = streams(false);
  expect(await withProgress("join", "text", async () => ({ text: "joined\n" }), log)).toBe("joined\n");
});

test("--quiet and --json exclude each other", () => {
  expect([outputMode({}), outputMode({ quiet: true }), outputMode({ json: true })]).toEqual(["text", "quiet", "json"]);
  expect(() => outputMode({ quiet: true, json: true })).toThrow("--quiet and --json: give only one of them");
});

const CLI = fileURLToPath(new URL("../../src/cli/", import.meta.url));

/** Writes lines until nobody reads them, and then what it has still done to file descriptor 3. */
const LONG_WORK = `
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
const { endOnClosedPipe } = await import(process.argv[1] + "output.ts");
const { withProgress } = await import(process.argv[1] + "progress.ts");
process.stdout.on("error", endOnClosedPipe);
let isClosed = false;
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => { isClosed = true; });
await withProgress("leave", process.argv[2], async (progress) => {
  for (let line = 0; !isClosed && line < 1000; line += 1) {
    progress.done("waiting", "line " + line);
    progress.state("waiting", "state " + line, {}, line * 1000);
    await sleep(10);
  }
  progress.done("leaving", "left");
  writeFileSync(3, isClosed ? "to the end" : "never closed");
  return { text: "" };
});
process.exitCode = 5;
`;

test.each(["text", "json"])("work goes on to its end and status when the reader of its %s ends", (mode) => {
  const command =
    '{ "$0" --input-type=module -e "$1" "$2" "$3" 3>&4; echo " with $?" >&4; } 2>&1 | head -n 1 >/dev/null';
  const words = ["-c", command, process.execPath, LONG_WORK, CLI, mode];
  const { output } = spawnSync("sh", words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe", "ignore", "pipe"] });
  expect(output[4]).toBe("to the end with 5\n");
});
