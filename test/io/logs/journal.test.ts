import { describe, expect, test } from "vitest";
import { ExportReader, type JournalEntry } from "../../../src/io/journal/journal-export.ts";
import { instanceFilter } from "../../../src/io/logs/instance-filter.ts";
import { endsLine, tailPosition } from "../../../src/io/logs/tail.ts";

let number = 0;
const entry = (message: string, rest: Partial<JournalEntry> = {}): JournalEntry => {
  number += 1;
  return {
    cursor: `c${number}`,
    at: 1_700_000_000_000_000 + number,
    stream: "s",
    message: Buffer.from(message),
    ...rest,
  };
};

describe("ExportReader", () => {
  const length = (size: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(size));
    return bytes;
  };
  const binary = Buffer.from([0xff, 0x0a, 0x0a, 0x3d, 0x00]);
  const text = Buffer.concat([
    Buffer.from("__CURSOR=a=1;b\n__REALTIME_TIMESTAMP=1700000000123456\n_STREAM_ID=s\nMESSAGE=one = 1\n\n"),
    Buffer.from(
      "__CURSOR=b\n__REALTIME_TIMESTAMP=1700000000123457\n_STREAM_ID=s\n_SYSTEMD_INVOCATION_ID=i\n_LINE_BREAK=line-max\nMESSAGE\n",
    ),
    length(binary.length),
    binary,
    Buffer.from("\n\n"),
  ]);
  const expected = [
    { cursor: "a=1;b", at: 1_700_000_000_123_456, stream: "s", message: Buffer.from("one = 1") },
    { cursor: "b", at: 1_700_000_000_123_457, stream: "s", invocation: "i", lineBreak: "line-max", message: binary },
  ];

  test.each([1, 2, 7, 64, 1000])("reads pieces of %d bytes", (size) => {
    const reader = new ExportReader();
    const entries = [];
    for (let at = 0; at < text.length; at += size) entries.push(...reader.push(text.subarray(at, at + size)));
    expect(entries).toEqual(expected);
  });
});

describe("sieve()", () => {
  const instance = { unit: "u", invocation: "i", from: 5000, ended: 6000, next: 7000 } as never;
  const when = (ms: number) => ms * 1000;

  test.each<[string, Partial<JournalEntry>[], boolean[]]>([
    ["its own, at any time", [{ invocation: "i", at: when(9000) }], [true]],
    ["another's, within its time", [{ invocation: "j", at: when(5500) }], [false]],
    ["without an invocation, within its time", [{ at: when(5500) }, { stream: "t", at: when(6900) }], [true, true]],
    ["without an invocation, before and after", [{ at: when(4000) }, { at: when(7000) }], [false, false]],
    ["late, of a stream that is its own", [{ invocation: "i", at: when(5500) }, { at: when(7500) }], [true, true]],
    ["late, of a stream that is another's", [{ invocation: "j", at: when(4000) }, { at: when(5500) }], [false, false]],
  ])("%s", (_, entries, expected) => {
    const isOwn = instanceFilter(instance);
    expect(entries.map((rest) => isOwn(entry("", rest)))).toEqual(expected);
  });
});

describe("tailPosition()", () => {
  const lines = [
    entry("1"),
    entry("2a", { lineBreak: "line-max" }),
    entry("2b"),
    entry("3"),
    entry("4", { lineBreak: "eof" }),
  ];
  const unfinished = [...lines.slice(0, 4), entry("4", { lineBreak: "line-max" })];

  async function* backwards(entries: readonly JournalEntry[]) {
    for (const each of entries.toReversed()) yield [each];
  }

  test.each([
    ["0", lines, 0, { after: lines[4]?.cursor }],
    ["1", lines, 1, { at: lines[4]?.cursor }],
    ["2", lines, 2, { at: lines[3]?.cursor }],
    ["3, one of which was cut", lines, 3, { at: lines[1]?.cursor }],
    ["all", lines, 4, undefined],
    ["more than there are", lines, 100, undefined],
    ["1 that goes on", unfinished, 1, { at: unfinished[4]?.cursor }],
    ["2, the last of which goes on", unfinished, 2, { at: lines[3]?.cursor }],
    ["some of none", [], 3, undefined],
  ])("%s", async (_, entries, count, expected) => {
    expect(await tailPosition(backwards(entries), count)).toEqual(expected);
  });

  test("a line ends where its container ended it", () => {
    expect(lines.map(endsLine)).toEqual([true, false, true, true, true]);
  });
});
