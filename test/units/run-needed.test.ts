import {
  appendFileSync,
  chmodSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { forAll } from "../support/fuzz.ts";
import { TickHost } from "./ticks.ts";

let host: TickHost;

beforeEach(() => {
  host = new TickHost();
});

afterEach(() => host[Symbol.dispose]());

type Change = (host: TickHost) => void;

const exchange = (path: string, content: string) => {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
};

/** Changes that need a run. */
const CHANGES: Readonly<Record<string, Change>> = {
  "a file has another size": (host) => writeFileSync(host.at("a"), "22"),
  "a file has other content of the same size": (host) => writeFileSync(host.at("b"), "2"),
  "a file was replaced": (host) => exchange(host.at("b"), "1"),
  "a file has another mode": (host) => {
    appendFileSync(host.at("b"), "");
    chmodSync(host.at("b"), 0o600 + Math.floor(Math.random() * 64));
  },
  "a file has an old time": (host) => {
    appendFileSync(host.at("b"), "");
    utimesSync(host.at("b"), 1, 1);
  },
  "a file was removed": (host) => rmSync(host.at("b"), { force: true }),
  "a file was added": (host) => writeFileSync(host.at("missing"), ""),
  "a file was added to a directory": (host) => writeFileSync(host.at(`dir/${Math.random()}`), ""),
  "a link leads to another file": (host) => {
    rmSync(host.at("link"));
    symlinkSync("b", host.at("link"));
  },
  "the target of a broken link appeared": (host) => writeFileSync(host.at("nowhere"), ""),
  "a unit was started": (host) => host.start("three"),
  "a unit was started again": (host) => host.start("one"),
  "a unit has ended": (host) => rmSync(host.at("running/invocation:unitlet.two.service"), { force: true }),
  "the lease is due": (host) => host.age(9600),
  "the lease was renewed in the future": (host) => host.age(-60_000),
  "there is no lease": (host) => rmSync(host.at("lease"), { force: true }),
  "a run was requested": (host) => writeFileSync(host.at("sync-requested"), ""),
  "the list has another pod": (host) => host.answer({ items: `[${Math.random()}]` }),
  "the list has another pod of the same length": (host) => host.answer({ items: "{}" }),
  "the list is much longer": (host) => host.answer({ items: `["${"x".repeat(3_000_000)}"]` }),
  "the API server refuses": (host) => host.answer({ status: 401 }),
  "the API server is overloaded": (host) => host.answer({ status: 503 }),
  "the API server leads to another one": (host) => host.answer({ status: 302 }),
  "the API server is away": (host) => host.answer({ exit: 7 }),
  "the marks are over": (host) => host.fullRun({ validFor: -1 }),
  "the clock was set back": (host) => host.fullRun({ validFor: 120_000 }),
};

/** What needs no run. */
const OTHERS: Readonly<Record<string, Change>> = {
  "nothing has changed": () => undefined,
  "another object of the cluster was written": (host) => host.answer({ version: Date.now() }),
  "a unit of another program was started": (host) => symlinkSync("1", host.at(`running/invocation:${Math.random()}`)),
};

describe("a run is needed when", () => {
  test.each(Object.entries(CHANGES))("%s", (_, change) => {
    expect(host.isSkipped()).toBe(true);
    change(host);
    expect([host.isSkipped(), host.isUnchanged(Date.now())]).toEqual([false, false]);
  });

  test.each([
    ["there are no marks", "rm"],
    ["the marks are cut off", "cut"],
    ["the marks have a line of another version", "add"],
  ])("%s", (_, how) => {
    const marks = host.at("marks");
    if (how === "rm") rmSync(marks);
    else if (how === "add") appendFileSync(marks, "new 1\n");
    else writeFileSync(marks, readFileSync(marks, "utf8").replace(/count .*\n$/, ""));
    expect(host.isSkipped()).toBe(false);
  });

  test("there is no curl", () => {
    expect(host.isSkipped("/nowhere")).toBe(false);
  });
});

describe("no run is needed when", () => {
  test.each(Object.entries(OTHERS))("%s", (_, change) => {
    change(host);
    expect([host.isSkipped(), host.isUnchanged(Date.now())]).toEqual([true, true]);
  });
});

test("whatever happens, the helper skips no run that would do something", () => {
  // As many of one kind as of the other: few random histories would skip a run otherwise, and sometimes none.
  const change = fc.oneof(fc.constantFrom(...Object.entries(CHANGES)), fc.constantFrom(...Object.entries(OTHERS)));
  const steps = fc.array(fc.tuple(change, fc.boolean()), { minLength: 1, maxLength: 8 });
  let skipped = 0;
  forAll(
    steps,
    (history) => {
      using host = new TickHost();
      for (const [[what, change], isFull] of history) {
        if (isFull) host.fullRun();
        change(host);
        const before = Date.now();
        const isSkipped = host.isSkipped();
        if (isSkipped) skipped += 1;
        expect([what, isSkipped && !host.isUnchanged(before)]).toEqual([what, false]);
      }
    },
    15,
  );
  expect(skipped).toBeGreaterThan(0);
});

test("a tick without a run is counted with its time, its duration and its CPU time", () => {
  const before = Date.now() / 1000;
  expect([host.isSkipped(), host.isSkipped()]).toEqual([true, true]);
  const lines = readFileSync(host.at("skipped"), "utf8").trimEnd().split("\n");
  const [at = 0, seconds = 0, cpu = 0] = (lines[1] ?? "").split(" ").map(Number);
  expect(lines.length).toBe(2);
  expect(at).toBeGreaterThan(before - 1);
  expect(seconds).toBeGreaterThan(0);
  expect(cpu).toBeGreaterThan(0);
});

test("a request that fails is not repeated: the marks are over", () => {
  host.answer({ exit: 28 });
  expect(host.isSkipped()).toBe(false);
  host.answer({});
  expect(host.isSkipped()).toBe(false);
  host.fullRun();
  expect(host.isSkipped()).toBe(true);
});
