import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "../../../../src/serve/remote/protocol-error.ts";
import { FrameReader } from "../../../../src/serve/remote/websocket/frames.ts";
import { forAll } from "../../../support/fuzz.ts";
import { frame } from "./websocket-client.ts";

/** The pieces of a message joined: how they are cut does not matter. */
function read(...chunks: readonly Buffer[]): string[] {
  const reader = new FrameReader();
  const lines: string[] = [];
  let message: Buffer[] = [];
  for (const chunk of chunks)
    for (const each of reader.push(Buffer.from(chunk))) {
      if (each.kind !== "fragment") {
        lines.push(each.kind === "ping" ? `ping ${each.bytes}` : each.kind);
        continue;
      }
      if (each.isFirst) message = [];
      message.push(each.bytes);
      if (each.isLast) lines.push(`${each.isText ? "text" : "binary"} ${Buffer.concat(message)}`);
    }
  return lines;
}

const EVERYTHING = Buffer.concat([
  frame(2, "bytes"),
  frame(1, "grüße"),
  frame(2, "fir", { isFinal: false }),
  frame(9, "are you there"),
  frame(0, "", { isFinal: false }),
  frame(0, "st"),
  frame(2, ""),
  frame(10, ""),
  frame(2, "x".repeat(300)),
  frame(8, Buffer.from([3, 0xe8])),
]);

const LINES = [
  "binary bytes",
  "text grüße",
  "ping are you there",
  "binary first",
  "binary ",
  "pong",
  `binary ${"x".repeat(300)}`,
  "close",
];

test("each kind of frame, and a message in fragments with a ping among them", () => {
  expect(read(EVERYTHING)).toEqual(LINES);
});

test("however the bytes are cut", () => {
  forAll(fc.array(fc.nat(EVERYTHING.length), { maxLength: 30 }), (cuts) => {
    const places = [0, ...cuts.sort((a, b) => a - b), EVERYTHING.length];
    expect(read(...places.slice(1).map((end, at) => EVERYTHING.subarray(places[at], end)))).toEqual(LINES);
  });
});

describe("refuses", () => {
  const with_ = (bytes: Buffer, at: number, value: number) => Buffer.from(bytes).fill(value, at, at + 1);
  test.each([
    ["what is not masked", Buffer.from([0x82, 1, 0])],
    ["an extension", with_(frame(2, "x"), 0, 0xc2)],
    ["a kind that means nothing", frame(3, "x")],
    ["a control frame that means nothing", frame(11, "x")],
    ["a ping in fragments", frame(9, "x", { isFinal: false })],
    ["a ping that is too large", frame(9, "x".repeat(126))],
    ["a continuation of nothing", frame(0, "x")],
    ["a message within another", Buffer.concat([frame(2, "x", { isFinal: false }), frame(2, "y")])],
    ["text that is not UTF-8", frame(1, Buffer.from([0xff]))],
    ["text that ends within a character", frame(1, Buffer.from([0xc3]))],
    ["half a reason to close", frame(8, "x")],
    ["a reason to close that is not UTF-8", frame(8, Buffer.from([3, 0xe8, 0xff]))],
    ["a length of 2^63", Buffer.from([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4])],
  ])("%s", (_, bytes) => {
    expect(() => read(bytes)).toThrow(ProtocolError);
  });
});

test("a character may be cut by fragments", () => {
  const [first, second] = [Buffer.from("ü").subarray(0, 1), Buffer.from("ü").subarray(1)];
  expect(read(frame(1, first, { isFinal: false }), frame(0, second))).toEqual(["text ü"]);
});

test("bytes that are no text may be anything", () => {
  const any = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
  const [piece] = new FrameReader().push(frame(2, any));
  expect(piece).toMatchObject({ kind: "fragment", bytes: any });
});

test("whatever comes is read or refused", () => {
  const some = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .tuple(fc.nat(15), fc.uint8Array({ maxLength: 40 }), fc.boolean())
      .map(([opcode, content, isFinal]) => frame(opcode, content, { isFinal })),
  );
  forAll(fc.array(some, { maxLength: 8 }), (chunks) => {
    try {
      read(...chunks.map((chunk) => Buffer.from(chunk)));
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
    }
  });
});
