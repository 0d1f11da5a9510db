import { promisify } from "node:util";
import { constants, createDeflate, createInflate } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "../../../../src/serve/remote/protocol-error.ts";
import { DICTIONARY } from "../../../../src/serve/remote/spdy/dictionary.ts";
import { HeaderReader, noHeaders } from "../../../../src/serve/remote/spdy/headers.ts";
import { forAll } from "../../../support/fuzz.ts";
import { block, number, Packer } from "./spdy-client.ts";

/** As clients do it: one compressor for the whole connection, flushed after each block. */
async function packed(blocks: readonly Buffer[]): Promise<Buffer[]> {
  const deflate = createDeflate({ dictionary: DICTIONARY });
  const results: Buffer[] = [];
  for (const each of blocks) {
    deflate.write(each);
    await promisify((done: () => void) => deflate.flush(constants.Z_SYNC_FLUSH, done))();
    results.push(deflate.read());
  }
  return results;
}

test("what one compressor packs, block after block, is read one by one", async () => {
  const headers = Array.from({ length: 400 }, (_, at) => ({
    streamtype: at % 2 ? "data" : "error",
    port: "80",
    requestid: `${at}`,
  }));
  const reader = new HeaderReader();
  const read = (await packed(headers.map(block))).map((each) => Object.fromEntries(reader.read(each)));
  expect(read).toEqual(headers);
});

test("names come in lower case", () => {
  const read = new HeaderReader().read(new Packer().pack(block({ StreamType: "stdin" })));
  expect([...read]).toEqual([["streamtype", "stdin"]]);
});

describe("refuses", () => {
  const pack = (plain: Buffer) => new Packer().pack(plain);
  test.each([
    ["what is not zlib", Buffer.from("not zlib")],
    ["nothing", Buffer.alloc(0)],
    ["another dictionary", Buffer.from("7820deadbeef0000", "hex")],
    ["a block that was cut", pack(block({ streamtype: "stdin" })).subarray(0, 12)],
    ["more headers than there are", pack(Buffer.concat([number(2), block({ a: "b" }).subarray(4)]))],
    ["a name that goes beyond the end", pack(Buffer.concat([number(1), number(0xffffffff)]))],
    ["headers that are a gigabyte when unpacked", pack(block({ bomb: "x".repeat(1 << 20) }))],
  ])("%s", (_, bytes) => {
    expect(() => new HeaderReader().read(bytes)).toThrow(ProtocolError);
  });
});

test("whatever comes is read or refused", () => {
  forAll(
    fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 4 }),
    (pieces) => {
      const reader = new HeaderReader();
      try {
        for (const piece of pieces) reader.read(Buffer.concat([Buffer.from("7820e3c6a7c2", "hex"), piece]));
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    },
    10,
  );
});

test("what a server says can be unpacked by any client, again and again", async () => {
  const client = createInflate({ dictionary: DICTIONARY });
  const read: Buffer[] = [];
  client.on("data", (piece: Buffer) => read.push(piece));
  for (const isFirst of [true, false, false])
    await promisify((done: () => void) => client.write(noHeaders(isFirst), done))();
  await promisify((done: () => void) => client.flush(done))();
  expect(Buffer.concat(read)).toEqual(Buffer.alloc(12));
});
