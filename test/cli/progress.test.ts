import { expect, test } from "vitest";
import { Progress } from "../../src/cli/progress.ts";

function stream(isTTY: boolean) {
  const written: string[] = [];
  const fake = { isTTY, columns: 12, write: (text: string) => written.push(text) };
  return { written, stream: fake as unknown as NodeJS.WriteStream };
}

test("a terminal has one line, which changes and goes", () => {
  const { written, stream: terminal } = stream(true);
  const progress = new Progress(false, terminal);
  progress.show("one", 1000);
  progress.show("two, too long for it", 1200);
  progress.clear();
  expect(written).toEqual(["\rone\x1b[K", "\rtwo, too lo\x1b[K", "\r\x1b[K"]);
});

test("a log has one line a second, and no line twice", () => {
  const { written, stream: log } = stream(false);
  const progress = new Progress(false, log);
  progress.show("one", 1000);
  progress.show("two", 1500);
  progress.show("three", 2000);
  progress.show("three", 4000);
  progress.clear();
  expect(written).toEqual(["one\n", "three\n"]);
});

test("an archive cannot write to the terminal", () => {
  const { written, stream: terminal } = stream(true);
  new Progress(false, terminal).show("a\x1b[2J", 1000);
  expect(written).toEqual(["\ra\\u001b[2J\x1b[K"]);
});

test("quiet shows nothing", () => {
  const { written, stream: terminal } = stream(true);
  new Progress(true, terminal).show("one", 1000);
  expect(written).toEqual([]);
});
