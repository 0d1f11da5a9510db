import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExportReader } from "../../../src/io/journal/journal-export.ts";
import type { InstanceFilter } from "../../../src/io/logs/instance-filter.ts";
import { type CopyOptions, LogCopy } from "../../../src/io/logs/log-copy.ts";
import { exported, type Written } from "./exported.ts";

const AT = Date.parse("2026-01-02T03:04:05Z") * 1000;
const stamp = (micros: string) => `2026-01-02T03:04:05.${micros}000Z `;
const all: InstanceFilter = () => true;

/** The copy of a log that arrives in these pieces. */
function copied(pieces: readonly Buffer[], options: Partial<CopyOptions> = {}, isOwn = all): [string, boolean] {
  const copy = new LogCopy(isOwn, { timestamps: false, ...options });
  const texts = pieces.map((piece) => copy.copy(piece).toString("latin1"));
  return [texts.join(""), copy.isFull];
}

const CUT: readonly Written[] = [
  { message: "a", at: AT + 7 },
  { message: "b", at: AT + 1000, lineBreak: "line-max" },
  { message: "c", at: AT + 2000, lineBreak: "nul" },
  { message: "d", at: AT + 3000 },
  { message: "e", at: AT + 4000, lineBreak: "eof" },
];

describe("LogCopy", () => {
  test("puts together what the journal cut", () => {
    expect(copied(CUT.map(exported))).toEqual(["a\nbc\0d\ne", false]);
  });

  test("writes the time of a line's beginning, with nine digits and one space", () => {
    const expected = `${stamp("000007")}a\n${stamp("001000")}bc\0d\n${stamp("004000")}e`;
    expect(copied(CUT.map(exported), { timestamps: true })).toEqual([expected, false]);
  });

  test.each([1, 2, 3, 7, 8])("stops after %d bytes", (limitBytes) => {
    const pieces = [CUT.slice(0, 2), CUT.slice(2)].map((entries) => Buffer.concat(entries.map(exported)));
    expect(copied(pieces, { limitBytes })).toEqual(["a\nbc\0d\ne".slice(0, limitBytes), limitBytes <= 8]);
  });

  test("begins with the first entry of the time", () => {
    expect(copied(CUT.map(exported), { since: (AT + 2000) / 1000 })).toEqual(["c\0d\ne", false]);
  });

  test("leaves bytes as they are, also newlines and the names of fields", () => {
    const message = "\xff\xfe\x01\n\nMESSAGE=x\n_LINE_BREAK=nul\n\n";
    expect(copied([exported({ message, at: AT })])).toEqual([`${message}\n`, false]);
  });

  test("copies the entries of one instance alone, also where its streams alternate", () => {
    const [own, other] = ["i".repeat(32), "j".repeat(32)] as const;
    const entries = [
      { message: "1", stream: "s", invocation: own },
      { message: "2", stream: "t", invocation: other },
      { message: "3", stream: "t", invocation: own },
      { message: "4", stream: "s", invocation: own },
      { message: "5", stream: "s" },
      { message: "6", stream: "t", invocation: other },
      { message: "7", stream: "s", invocation: own },
    ].map(({ stream, ...rest }) => exported({ ...rest, stream: stream.repeat(32), at: AT }));
    const isOwn: InstanceFilter = ({ invocation, stream }) =>
      invocation === own || (invocation === undefined && stream === "s".repeat(32));
    expect(copied(entries, {}, isOwn)).toEqual(["1\n3\n4\n5\n7\n", false]);
  });

  test("knows the cursor of the last entry, and forgets half of one when it begins again", () => {
    const copy = new LogCopy(all, { timestamps: false });
    const [one, two] = [
      exported({ message: "1", at: AT, cursor: "c1" }),
      exported({ message: "2", at: AT, cursor: "c2" }),
    ];
    expect([copy.cursor, copy.copy(Buffer.concat([one, two.subarray(0, 60)])).toString(), copy.cursor]).toEqual([
      undefined,
      "1\n",
      "c1",
    ]);
    copy.restart();
    expect([copy.copy(two).toString(), copy.cursor]).toEqual(["2\n", "c2"]);
  });
});

describe("the first lines", () => {
  const entries: readonly Written[] = [
    { message: "1a", at: AT, lineBreak: "line-max" },
    { message: "1b", at: AT },
    { message: "2", at: AT },
    { message: "3", at: AT, lineBreak: "eof" },
  ];

  test.each([
    [1, 4, "1a1b\n", true],
    [1, 1, "1a1b\n", true],
    [2, 2, "1a1b\n2\n", true],
    [3, 3, "1a1b\n2\n3", true],
    [9, 2, "1a1b\n2\n3", false],
  ])("the first %d, read in batches of %d", (lines, size, text, isFull) => {
    const batches = Array.from({ length: Math.ceil(entries.length / size) }, (_, at) =>
      Buffer.concat(entries.slice(at * size, (at + 1) * size).map(exported)),
    );
    expect(copied(batches, { lines })).toEqual([text, isFull]);
  });
});

describe("any log, in any pieces", () => {
  const ids = fc.constantFrom("a".repeat(32), "b".repeat(32));
  const written: fc.Arbitrary<Written> = fc.record(
    {
      message: fc.oneof(
        fc.string({ maxLength: 20 }),
        fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
        fc.constantFrom("", "\n", "=", "MESSAGE=x\n\n", "__CURSOR\n", "x".repeat(500)),
      ),
      at: fc.integer({ min: AT, max: AT + 3_000_000 }),
      lineBreak: fc.constantFrom("eof", "nul", "line-max", "pid-change"),
      stream: ids,
      invocation: ids,
    },
    { requiredKeys: ["message", "at"] },
  );
  const options: fc.Arbitrary<CopyOptions> = fc.record(
    {
      timestamps: fc.boolean(),
      limitBytes: fc.integer({ min: 1, max: 300 }),
      since: fc.constantFrom(AT / 1000, AT / 1000 + 1500),
      lines: fc.integer({ min: 1, max: 5 }),
    },
    { requiredKeys: ["timestamps"] },
  );
  const isOwn: InstanceFilter = ({ invocation, stream }) => (invocation ?? stream) === "a".repeat(32);

  /** The same, entry by entry. */
  function expected(entries: readonly Written[], { timestamps, limitBytes, since = 0, lines }: CopyOptions): string {
    let [text, left, isWithin] = ["", lines ?? Number.POSITIVE_INFINITY, false];
    for (const { message, at, lineBreak, stream = "", invocation } of entries) {
      if (!isOwn({ at, stream, ...(invocation === undefined ? {} : { invocation }) }) || at < since * 1000) continue;
      const time = `${new Date(Math.floor(at / 1000)).toISOString().slice(0, 20)}${`${at}`.slice(-6)}000Z `;
      text += `${timestamps && !isWithin ? time : ""}${message}`;
      text += lineBreak === undefined ? "\n" : lineBreak === "nul" ? "\0" : "";
      isWithin = lineBreak !== undefined && lineBreak !== "eof";
      left -= isWithin ? 0 : 1;
      if (left === 0) break;
    }
    return text.slice(0, limitBytes);
  }

  const inPieces = (whole: Buffer, size: number) =>
    Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.subarray(at * size, (at + 1) * size));

  test("is what its entries say", () => {
    fc.assert(
      fc.property(
        fc.array(written, { maxLength: 12 }),
        options,
        fc.integer({ min: 1, max: 700 }),
        (entries, of, size) => {
          const whole = Buffer.concat(entries.map(exported));
          expect(copied(inPieces(whole, size), of, isOwn)[0]).toBe(expected(entries, of));
          const reader = new ExportReader();
          const read = inPieces(whole, size).flatMap((piece) => reader.push(piece));
          expect(read.map(({ message }) => message.toString("latin1"))).toEqual(entries.map(({ message }) => message));
        },
      ),
    );
  });
});
