import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "../../../../src/serve/remote/protocol-error.ts";
import { type Frame, FrameReader } from "../../../../src/serve/remote/spdy/frames.ts";
import { forAll } from "../../../support/fuzz.ts";
import { control, data, number, Packer } from "./spdy-client.ts";

/** The pieces of data joined: how they are cut does not matter. */
function read(...chunks: readonly Buffer[]): unknown[] {
  const reader = new FrameReader();
  const frames: unknown[] = [];
  let before: Extract<Frame, { kind: "data" }> | undefined;
  for (const chunk of chunks)
    for (const frame of reader.push(chunk)) {
      if (frame.kind !== "data") {
        frames.push(frame.kind === "stream" ? { ...frame, headers: Object.fromEntries(frame.headers) } : frame);
        continue;
      }
      const bytes = Buffer.concat([before?.bytes ?? Buffer.alloc(0), frame.bytes]);
      before = { ...frame, bytes };
      if (!frame.isLast) continue;
      frames.push({ ...before, bytes: bytes.toString() });
      before = undefined;
    }
  return frames;
}

function everything(): Buffer {
  const packer = new Packer();
  return Buffer.concat([
    packer.open(1, { streamtype: "error" }, true),
    control(4, Buffer.concat([number(1), number(7), number(65_536)])),
    packer.open(3, { streamtype: "stdin" }),
    data(3, "some "),
    data(3, ""),
    control(9, Buffer.concat([number(3), number(100)])),
    data(3, "bytes", true),
    control(8, Buffer.concat([number(3), packer.pack(number(0))])),
    packer.open(5, { streamtype: "stdout" }),
    control(3, Buffer.concat([number(3), number(5)])),
    control(6, number(7)),
    control(7, Buffer.concat([number(0), number(0)])),
  ]);
}

const FRAMES = [
  { kind: "stream", id: 1, headers: { streamtype: "error" }, isLast: true },
  { kind: "other" },
  { kind: "stream", id: 3, headers: { streamtype: "stdin" }, isLast: false },
  { kind: "other" },
  { kind: "data", id: 3, bytes: "some bytes", isLast: true },
  { kind: "other" },
  { kind: "stream", id: 5, headers: { streamtype: "stdout" }, isLast: false },
  { kind: "reset", id: 3 },
  { kind: "ping", id: 7 },
  { kind: "goAway" },
];

test("each kind of frame", () => {
  expect(read(everything())).toEqual(FRAMES);
});

test("however the bytes are cut", () => {
  const bytes = everything();
  forAll(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (cuts) => {
    const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
    const chunks = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
    expect(read(...chunks)).toEqual(FRAMES);
  });
});

test("a long data frame comes piece by piece, and nothing of it is kept", () => {
  const reader = new FrameReader();
  const head = Buffer.concat([number(1), number((1 << 24) | 0xffffff)]);
  expect([...reader.push(head)]).toEqual([]);
  const piece = Buffer.alloc(64 * 1024);
  let sum = 0;
  for (let at = 0; at < 256; at += 1)
    for (const frame of reader.push(piece.subarray(at === 255 ? 1 : 0))) {
      if (frame.kind !== "data") throw new Error(frame.kind);
      sum += frame.bytes.length;
      expect(frame.isLast).toBe(at === 255);
    }
  expect(sum).toBe(0xffffff);
});

describe("refuses", () => {
  test.each([
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n").fill(0x80, 0, 1)],
    ["another version", Buffer.concat([number(0x80020001), number(0)])],
    ["a control frame of 16 MB, before it is there", Buffer.concat([number(0x80030001), number(0xffffff)])],
    ["a stream without headers", control(1, number(1))],
    ["a reset of nothing", control(3, Buffer.alloc(0))],
    ["a ping without a number", control(6, Buffer.alloc(2))],
  ])("%s", (_, bytes) => {
    expect(() => read(bytes)).toThrow(ProtocolError);
  });
});

test("whatever comes is read or refused", () => {
  const some = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .tuple(fc.nat(12), fc.uint8Array({ maxLength: 40 }), fc.nat(255))
      .map(([type, payload, flags]) => control(type, Buffer.from(payload), flags)),
  );
  forAll(fc.array(some, { maxLength: 8 }), (chunks) => {
    try {
      read(...chunks.map((chunk) => Buffer.from(chunk)));
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
    }
  });
});
