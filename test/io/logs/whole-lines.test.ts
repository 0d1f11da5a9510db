import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Instance } from "../../../src/io/logs/instance.ts";
import { copyWholeLines } from "../../../src/io/logs/whole-lines.ts";
import type { UnitName } from "../../../src/model/unit.ts";
import { exported } from "./exported.ts";

/** A journalctl that prints the messages, the entry at its cursor, or what is no whole line: first `part.1`, then `part.2`. */
const JOURNALCTL = `#!/bin/sh
cd "\${0%/*}" || exit
echo "$*" >>calls
case "$*" in
*--output=cat*) exec cat messages ;;
*_LINE_BREAK=*) echo >>parts; exec cat "part.$(wc -l <parts)" ;;
*--cursor=c9*) exec cat stop ;;
esac`;

const NOW = Date.parse("2026-01-02T03:04:05Z");
const START = { cursor: "c0", at: (NOW - 60_000) * 1000 };
const SETTLED = (NOW - 2000) * 1000;
const instance: Instance = { unit: "unitlet.shop.web.main.service" as UnitName, invocation: "i", from: NOW - 90_000 };
const path = process.env.PATH;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-journalctl-"));
  write({
    journalctl: JOURNALCTL,
    messages: "a\nb\n-- cursor: c9\n",
    stop: entry(SETTLED),
    "part.1": "",
    "part.2": "",
  });
  chmodSync(join(directory, "journalctl"), 0o755);
  process.env.PATH = `${directory}:${path}`;
});

afterEach(() => {
  process.env.PATH = path;
  rmSync(directory, { recursive: true });
});

function write(files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
}

const entry = (at: number) => exported({ message: "", at });

async function copied(of: Instance = instance, isOn = true) {
  const lines = copyWholeLines(of, START, { now: NOW, isOn }, new AbortController().signal);
  let text = "";
  for (;;) {
    const { done, value } = await lines.next();
    if (done) return { text, ...value };
    text += value;
  }
}

/** The calls of journalctl with these words. */
const calls = (words: string) =>
  readFileSync(join(directory, "calls"), "utf8")
    .split("\n")
    .filter((line) => line.includes(words));

describe("copyWholeLines()", () => {
  test("to the last entry that is two seconds old", async () => {
    expect(await copied()).toEqual({ text: "a\nb\n", position: { after: "c9" }, bytes: 4 });
    expect(calls("--output=cat")).toEqual([
      "--namespace=+unitlet.shop --quiet --no-pager --output=cat --show-cursor --after-cursor=c0 --until=@1767323043.000000 _SYSTEMD_UNIT=unitlet.shop.web.main.service _TRANSPORT=stdout _SYSTEMD_INVOCATION_ID=i",
    ]);
  });

  test("goes on with the entry of a later time at which journalctl stopped", async () => {
    write({ stop: entry(SETTLED + 1) });
    expect((await copied()).position).toEqual({ at: "c9" });
  });

  test("to the entry before the first one that is no whole line", async () => {
    const part = entry(SETTLED - 5);
    write({ "part.1": part, "part.2": part, stop: part });
    expect((await copied()).position).toEqual({ at: "c9" });
    expect(calls("--output=cat")[0]).toContain("--until=@1767323042.999994 ");
  });

  test("the entry at which it starts may be the end of a line without a newline", async () => {
    const start = exported({ message: "", at: START.at, cursor: "c0" });
    write({ "part.1": start, "part.2": start });
    expect((await copied()).position).toEqual({ after: "c9" });
    expect(calls("_LINE_BREAK=")[0]).toContain(" --cursor=c0 ");
  });

  test("fails when such an entry has appeared within what was copied", async () => {
    write({ "part.2": entry(SETTLED) });
    await expect(copied()).rejects.toThrow("entries with an old time");
  });

  test("copies nothing where there is nothing", async () => {
    for (const messages of ["", "-- cursor: c1\n"]) {
      write({ messages });
      expect(await copied()).toEqual({ text: "", position: { after: "c0" }, bytes: 0 });
      rmSync(join(directory, "parts"));
    }
  });

  test("knows a line of the log that looks like journalctl's own", async () => {
    write({ messages: "-- cursor: c8\n-- cursor: c9\n" });
    expect(await copied()).toEqual({ text: "-- cursor: c8\n", position: { after: "c9" }, bytes: 14 });
  });

  test("long output", async () => {
    const text = "x".repeat(99).concat("\n").repeat(5000);
    write({ messages: `${text}-- cursor: c9\n` });
    expect((await copied()).text === text).toBe(true);
  });

  test("of an instance that has ended, to two seconds before its end", async () => {
    await copied({ ...instance, ended: NOW - 10_000 }, false);
    expect(calls("--output=cat")[0]).toContain("--until=@1767323033.000000 ");
  });

  test.each<[string, Instance]>([
    ["whose end is not known", instance],
    ["that ended a second after the start of the copy", { ...instance, ended: NOW - 59_000 }],
  ])("starts no journalctl for an instance %s", async (_, of) => {
    expect(await copied(of, false)).toEqual({ text: "", position: { after: "c0" }, bytes: 0 });
    expect(() => calls("")).toThrow("ENOENT");
  });
});
