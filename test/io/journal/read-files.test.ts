import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keyedHash } from "../../../src/io/journal/keyed-hash.ts";
import { readFiles } from "../../../src/io/journal/read-files.ts";
import { BOOT, journalBytes, SEQUENCE, type WrittenEntry } from "./journal-bytes.ts";

const OWN = "_SYSTEMD_INVOCATION_ID=i";
const AT = 1_700_000_000_000_000;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-journal-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, bytes: Buffer) => writeFileSync(join(directory, name), bytes);

const entry = (sequenceNumber: number, message: string, ...more: readonly string[]): WrittenEntry => ({
  sequenceNumber,
  realtime: AT + sequenceNumber,
  values: ["_TRANSPORT=stdout", OWN, `MESSAGE=${message}`, ...more],
});

const cursor = (number: number) => {
  const [i, t, m] = [number, AT + number, AT + number - 1000].map((each) => each.toString(16));
  return `s=${SEQUENCE};i=${i};b=${BOOT};m=${m};t=${t};x=abc`;
};

interface Read {
  readonly after?: string | undefined;
  readonly until?: number;
}

async function read(given: Read = {}) {
  const { after, until } = { after: cursor(0), until: AT + 1_000_000, ...given };
  const query = {
    unit: "unitlet.shop.web.main.service",
    invocation: "i",
    until,
    ...(after === undefined ? {} : { after }),
  };
  const chunks = readFiles(query, [directory, join(directory, "missing")]);
  let text = "";
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) return { text, ...value, streams: [...value.streams] };
    text += value.toString("latin1");
  }
}

const THREE = [entry(1, "a"), entry(2, "b"), entry(3, "a")];

describe("readFiles()", () => {
  test.each([false, true])("the messages of an invocation, in the compact format: %s", async (isCompact) => {
    const other = { ...entry(2, "other"), values: ["_TRANSPORT=stdout", "_SYSTEMD_INVOCATION_ID=j", "MESSAGE=other"] };
    write(
      "system.journal",
      journalBytes([entry(1, "a"), other, entry(3, "b"), entry(4, "a"), entry(5, "c")], { isCompact }),
    );
    expect(await read()).toEqual({ text: "a\nb\na\nc\n", bytes: 8, streams: [], isDone: true, cursor: cursor(5) });
  });

  test("after the entry of the cursor, to the last entry of the time", async () => {
    write("system.journal", journalBytes([1, 2, 3, 4, 5].map((number) => entry(number, `${number}`))));
    const expected = { text: "3\n4\n", bytes: 4, streams: [], isDone: true, cursor: cursor(4) };
    expect(await read({ after: cursor(2), until: AT + 4 })).toEqual(expected);
  });

  test("from the first entry without a cursor, with the streams", async () => {
    const entries = [entry(1, "a", "_STREAM_ID=s"), entry(2, "b", "_STREAM_ID=s"), entry(3, "c", "_STREAM_ID=t")];
    write("system.journal", journalBytes(entries));
    const expected = { text: "a\nb\nc\n", bytes: 6, streams: ["s", "t"], isDone: true, cursor: cursor(3) };
    expect({ ...(await read({ after: undefined })), streams: (await read()).streams.toSorted() }).toEqual(expected);
  });

  test("parts of a line are put together, and a NUL byte stays", async () => {
    const parts = [
      entry(1, "a", "_LINE_BREAK=line-max"),
      entry(2, "b"),
      entry(3, "c", "_LINE_BREAK=nul"),
      entry(4, "d", "_LINE_BREAK=pid-change"),
      entry(5, "e", "_LINE_BREAK=eof"),
    ];
    write("system.journal", journalBytes(parts));
    expect((await read()).text).toBe("ab\nc\0de");
  });

  test("without entries that are not of standard output", async () => {
    const syslog = { ...entry(2, ""), values: ["_TRANSPORT=syslog", OWN, "MESSAGE=other"] };
    write("system.journal", journalBytes([entry(1, "a"), syslog, entry(3, "b")]));
    expect((await read()).text).toBe("a\nb\n");
  });

  test("the cursor is that of an entry of standard output", async () => {
    const syslog = { ...entry(2, ""), values: ["_TRANSPORT=syslog", OWN, "MESSAGE=other"] };
    write("system.journal", journalBytes([entry(1, "a"), syslog]));
    expect((await read()).cursor).toBe(cursor(1));
    write("system.journal", journalBytes([syslog]));
    expect(await read()).toEqual({ text: "", bytes: 0, streams: [], isDone: true });
  });

  test("the entries of several files are in the order of their numbers", async () => {
    write("system@1.journal", journalBytes([entry(1, "1"), entry(4, "4")]));
    write("system.journal", journalBytes([entry(5, "5"), entry(7, "7")]));
    write("user-1000.journal~", journalBytes([entry(3, "3"), entry(6, "6")]));
    write("user-1001.journal", journalBytes([]));
    expect((await read()).text).toBe("1\n3\n4\n5\n6\n7\n");
  });

  test("long messages are unpacked, until they are many", async () => {
    const long = (number: number) => "x".repeat(600) + number;
    write("system.journal", journalBytes([entry(1, "a"), entry(2, long(2)), entry(3, "b")]));
    expect(await read()).toMatchObject({ text: `a\n${long(2)}\nb\n`, isDone: true });
    const numbers = Array.from({ length: 600 }, (_, at) => at + 1);
    write("system.journal", journalBytes(numbers.map((number) => entry(number, long(number)))));
    const { text, isDone, cursor: last } = await read();
    expect(isDone).toBe(false);
    const count = text.split("\n").length - 1;
    expect([text, last]).toEqual([
      numbers
        .slice(0, count)
        .map((number) => `${long(number)}\n`)
        .join(""),
      cursor(count),
    ]);
  });

  test("a value that unpacks to more than any line is left to journalctl", async () => {
    const large = `OTHER=${"x".repeat(300_000)}`;
    write("system.journal", journalBytes([entry(1, "a"), entry(2, "b", large), entry(3, "c")]));
    expect(await read()).toMatchObject({ text: "a\n", isDone: false, cursor: cursor(1) });
  });

  const nothing = { text: "", bytes: 0, streams: [], isDone: false };

  test.each<[string, Buffer]>([
    ["without a keyed hash", journalBytes(THREE, { flags: 8 })],
    ["of an unknown format", journalBytes(THREE, { flags: 4 + 32 })],
    ["of another sequence", journalBytes(THREE, { sequence: "0c".repeat(16) })],
    ["that is too short", journalBytes(THREE).subarray(0, 100)],
    ["that is no journal", Buffer.alloc(1000)],
  ])("a file %s is left to journalctl", async (_, bytes) => {
    write("system.journal", bytes);
    expect(await read()).toEqual(nothing);
  });

  test("a cursor of another format is left to journalctl", async () => {
    write("system.journal", journalBytes(THREE));
    expect(await read({ after: "c1" })).toEqual(nothing);
  });

  test("a file that is cut off is read to there, and the cursor says where", async () => {
    const bytes = journalBytes(THREE, { arrayLength: 4 });
    const second = bytes.indexOf("MESSAGE=b") - 64;
    bytes.fill(0, second, second + 1);
    bytes.fill(0xff, second + 8, second + 16);
    write("system.journal", bytes);
    expect(await read()).toEqual({ text: "a\n", bytes: 2, streams: [], isDone: false, cursor: cursor(1) });
  });

  test("any change of the bytes ends, with a part of the log or an error", async () => {
    const original = journalBytes(THREE);
    const change = fc.tuple(fc.nat(original.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(original);
        for (const [at, value] of changes) bytes[at] = value;
        write("system.journal", bytes);
        const { text } = await read();
        // An entry can name all bytes of the file as its message, and no more.
        expect(text.length).toBeLessThan(original.length * THREE.length);
      }),
    );
  });
});

test("the hash is SipHash-2-4", () => {
  const key = Buffer.from(Array.from({ length: 16 }, (_, at) => at));
  expect(keyedHash(key, key.subarray(0, 15)).toString(16)).toBe("a129ca6149be45e5");
});
