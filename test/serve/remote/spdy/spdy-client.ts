import { constants, deflateRawSync } from "node:zlib";
import { DICTIONARY } from "../../../../src/serve/remote/spdy/dictionary.ts";

export function block(headers: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(headers);
  return Buffer.concat([number(entries.length), ...entries.flat().map((text) => withLength(text))]);
}

function withLength(text: string): Buffer {
  return Buffer.concat([number(Buffer.byteLength(text)), Buffer.from(text)]);
}

export function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

export function control(type: number, payload: Buffer, flags = 0): Buffer {
  return Buffer.concat([number(0x80030000 | type), number((flags << 24) | payload.length), payload]);
}

export function data(id: number, content: string | Buffer, isLast = false): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([number(id), number(((isLast ? 1 : 0) << 24) | bytes.length), bytes]);
}

/** Packs the headers of one connection. */
export class Packer {
  #said: Buffer | undefined;

  pack(plain: Buffer): Buffer {
    const before = this.#said ?? DICTIONARY;
    const packed = deflateRawSync(plain, { dictionary: before, finishFlush: constants.Z_SYNC_FLUSH });
    const start = this.#said === undefined ? Buffer.from("7820e3c6a7c2", "hex") : Buffer.alloc(0);
    this.#said = Buffer.concat([before, plain]).subarray(-32 * 1024);
    return Buffer.concat([start, packed]);
  }

  open(id: number, headers: Readonly<Record<string, string>>, isLast = false): Buffer {
    return control(1, Buffer.concat([number(id), Buffer.alloc(6), this.pack(block(headers))]), isLast ? 1 : 0);
  }
}

/** What the server has sent, a line a frame; of data its text. */
export function describeFrames(bytes: Buffer): string[] {
  const names = new Map([
    [2, "reply"],
    [3, "reset"],
    [6, "ping"],
    [7, "goAway"],
    [9, "window"],
  ]);
  const lines: string[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at + 4) & 0xffffff;
    if (at + 8 + length > bytes.length) break;
    const payload = bytes.subarray(at + 8, at + 8 + length);
    const first = bytes.readUInt32BE(at);
    if (first < 0x80000000) lines.push(`data ${first} ${payload.toString()}${bytes[at + 4] === 1 ? " end" : ""}`);
    else {
      const name = names.get(first & 0xffff) ?? "?";
      const numbers = [payload.readUInt32BE(0), ...(name === "reply" || length < 8 ? [] : [payload.readUInt32BE(4)])];
      lines.push([name, ...numbers].join(" "));
    }
    at += 8 + length;
  }
  return lines;
}
