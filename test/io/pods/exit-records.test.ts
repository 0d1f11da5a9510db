import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exitLine, readExits } from "../../../src/io/pods/exit-records.ts";
import type { ExitRecord } from "../../../src/model/exit-record.ts";
import { forAll } from "../../support/fuzz.ts";
import { onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/pods/exit-records.ts");

const LINE = "aa exit-code exited 1 1767323045.000 1767323050.250 0 1 0123abcd";
const RECORD: ExitRecord = {
  invocation: "aa",
  result: "exit-code",
  code: "exited",
  status: "1",
  startedAt: 1_767_323_045_000,
  finishedAt: 1_767_323_050_250,
  oomKilled: false,
  executed: true,
  specHash: "0123abcd",
};
const OTHER = { ...RECORD, invocation: "bb" };
const OTHER_LINE = LINE.replace("aa", "bb");

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-exits-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

function read(text: string) {
  writeFileSync(join(directory, "app.exits"), text);
  return readExits(join(directory, "app.exits"));
}

test("without a log there were no exits", () => {
  expect(readExits(join(directory, "app.exits"))).toEqual({ forgottenExits: 0, exits: [] });
});

describe("a record", () => {
  const cases: [string, string, Partial<ExitRecord>][] = [
    ["of an exit", LINE, {}],
    [
      "of a signal",
      "aa signal killed KILL 1767323045.000 1767323050.250 0 1 0123abcd",
      { result: "signal", code: "killed", status: "KILL" },
    ],
    ["of a kill for want of memory", LINE.replace(" 0 1 ", " 1 1 "), { oomKilled: true }],
    ["of a program that could not be executed", LINE.replace(" 0 1 ", " 0 0 "), { executed: false }],
    [
      "of an exit that nobody saw",
      "aa - lost - 1767323045.000 1767323050.250 0 1 0123abcd",
      { result: "", code: "lost", status: "" },
    ],
    ["in whole seconds", LINE.replace("045.000", "045").replace("050.250", "051"), { finishedAt: 1_767_323_051_000 }],
  ];

  test.for(cases)("%s", ([, line, change]) => {
    expect(read(`${line}\n`)).toEqual({ forgottenExits: 0, exits: [{ ...RECORD, ...change }] });
  });
});

describe("what the run writes is read back", () => {
  test("as one line in the helper's form", () => {
    expect(exitLine(RECORD)).toBe(`${LINE}\n`);
  });

  test("whatever it is", () => {
    const word = fc.stringMatching(/^[a-zA-Z0-9-]{2,12}$/);
    const record: fc.Arbitrary<ExitRecord> = fc.record({
      invocation: word,
      result: fc.oneof(word, fc.constant("")),
      code: fc.oneof(word, fc.constant("")),
      status: fc.oneof(word, fc.constant("")),
      startedAt: fc.nat(2_000_000_000_000),
      finishedAt: fc.nat(2_000_000_000_000),
      oomKilled: fc.boolean(),
      executed: fc.boolean(),
      specHash: fc.oneof(word, fc.constant("")),
    });
    forAll(record, (each) => expect(read(exitLine(each))).toEqual({ forgottenExits: 0, exits: [each] }));
  });
});

describe("a log", () => {
  const cases: [string, string, number, readonly ExitRecord[]][] = [
    ["of several exits, the oldest first", `${LINE}\n${OTHER_LINE}\n`, 0, [RECORD, OTHER]],
    ["that was cut at its beginning", `# 46\n${LINE}\n`, 46, [RECORD]],
    ["of nothing but forgotten exits", "# 46\n", 46, []],
    ["that is empty", "", 0, []],
    ["with a last line that is cut off", `${LINE}\n${OTHER_LINE.slice(0, 30)}`, 0, [RECORD]],
    ["with a line that a crash filled with NUL", `${LINE.slice(0, 30)}\0\0\0\n${OTHER_LINE}\n`, 0, [OTHER]],
    ["with empty lines", `\n${LINE}\n\n${OTHER_LINE}\n\n`, 0, [RECORD, OTHER]],
    ["with times that are none", `${LINE.replace("1767323045.000", "x")}\n${OTHER_LINE}\n`, 0, [OTHER]],
    ["with more words than a record has", `${LINE} more\n${OTHER_LINE}\n`, 0, [OTHER]],
    [
      "where two noticed the same exit: the first counts",
      `${LINE}\naa - lost - 1767323045.000 1767323060.000 0 1 0123abcd\n`,
      0,
      [RECORD],
    ],
    ["with a number of forgotten ones in the middle", `${LINE}\n# 5\n`, 0, [RECORD]],
  ];

  test.for(cases)("%s", ([, text, forgottenExits, exits]) => {
    expect(read(text)).toEqual({ forgottenExits, exits });
  });
});

test("a log that grows without container-start keeps the last records, and counts the others", async () => {
  const seen = await onEmptyHost(async (load) => {
    const { readExits: readAll, recordExit } = await load<Subject>("src/io/pods/exit-records.ts");
    const { existsSync, readFileSync } = await load<typeof import("node:fs")>("node:fs");
    const record = { result: "signal", code: "", status: "KILL", oomKilled: false, executed: false, specHash: "s" };
    for (let at = 1; at <= 70; at++)
      recordExit("u-1", "app", { ...record, invocation: String(at), startedAt: at, finishedAt: at }, at * 1000);
    const { exits, forgottenExits } = readAll("/var/lib/unitlet/pods/u-1/app.exits");
    const run = "/run/unitlet/pods/u-1/app";
    return [forgottenExits + exits.length, exits.at(-1)?.invocation, exits.length < 60].concat(
      readFileSync(`${run}.backoff`, "utf8"),
      existsSync(`${run}.held`),
    );
  });
  expect(seen).toEqual([70, "70", true, "70\n", true]);
});
