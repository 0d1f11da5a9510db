import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";
import { ProtocolError } from "../protocol-error.ts";

/** A frame of a client. The fragments of a message are given out as they arrive. */
export type Frame =
  | {
      readonly kind: "fragment";
      readonly isText: boolean;
      readonly isFirst: boolean;
      readonly isLast: boolean;
      readonly bytes: Buffer;
    }
  | { readonly kind: "ping"; readonly bytes: Buffer }
  | { readonly kind: "pong" }
  | { readonly kind: "close" };

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;
const CONTINUATION = 0;

const FIN = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
const MAX_CONTROL_BYTES = 125;

interface Header {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly length: number;
  readonly mask: Buffer;
  /** The length of the header in bytes. */
  readonly size: number;
}

/** A parser of the frames of a connection (RFC 6455). Text must be UTF-8. */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0);
  /** The current frame, and the number of its bytes that were given out. */
  #data: { readonly head: Header; done: number } | undefined;
  /** The decoder that checks the current text message. */
  #text: TextDecoder | undefined;
  #isWithin = false;
  #isFirst = true;

  /** Throws ProtocolError. */
  *push(bytes: Buffer): Generator<Frame> {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) yield frame;
  }

  #next(): Frame | undefined {
    if (this.#data !== undefined) return this.#fragment(this.#data);
    const head = readHeader(this.#bytes);
    if (head === undefined) return undefined;
    if (head.opcode >= CLOSE) {
      if (this.#bytes.length < head.size + head.length) return undefined;
      this.#take(head.size);
      return control(head.opcode, unmask(this.#take(head.length), head.mask, 0));
    }
    this.#begin(head);
    this.#take(head.size);
    this.#data = { head, done: 0 };
    return this.#fragment(this.#data);
  }

  #begin({ opcode, isFinal }: Header): void {
    if (opcode > BINARY) throw new ProtocolError(`opcode ${opcode} is not defined`);
    if ((opcode === CONTINUATION) !== this.#isWithin)
      throw new ProtocolError("a message begins or continues out of order");
    if (opcode === TEXT) this.#text = new TextDecoder("utf-8", { fatal: true });
    if (opcode !== CONTINUATION) this.#isFirst = true;
    this.#isWithin = !isFinal;
  }

  #fragment(data: { readonly head: Header; done: number }): Frame | undefined {
    const { head } = data;
    const left = head.length - data.done;
    if (left > 0 && this.#bytes.length === 0) return undefined;
    const bytes = unmask(this.#take(Math.min(left, this.#bytes.length)), head.mask, data.done);
    data.done += bytes.length;
    const isOver = data.done === head.length;
    if (isOver) this.#data = undefined;
    const isLast = isOver && head.isFinal;
    const frame = {
      kind: "fragment",
      isText: this.#text !== undefined,
      isFirst: this.#isFirst,
      isLast,
      bytes,
    } as const;
    this.#isFirst = false;
    this.#check(bytes, isLast);
    return frame;
  }

  #check(bytes: Buffer, isLast: boolean): void {
    try {
      this.#text?.decode(bytes, { stream: !isLast });
    } catch {
      throw new ProtocolError("text is not UTF-8");
    }
    if (isLast) this.#text = undefined;
  }

  #take(length: number): Buffer {
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }
}

function readHeader(bytes: Buffer): Header | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  const opcode = first & 0x0f;
  const isFinal = (first & FIN) !== 0;
  const short = second & 0x7f;
  if ((first & RESERVED) !== 0) throw new ProtocolError("a frame uses an extension that was not negotiated");
  if ((second & MASKED) === 0) throw new ProtocolError("a client has to mask its frames");
  if (opcode >= CLOSE && (!isFinal || short > MAX_CONTROL_BYTES))
    throw new ProtocolError("a control frame is too large");
  const size = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + 4;
  if (bytes.length < size) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (!Number.isSafeInteger(length)) throw new ProtocolError("a frame is too large");
  return { opcode, isFinal, length, mask: Buffer.from(bytes.subarray(size - 4, size)), size };
}

/** Unmasks bytes in place. `done` is the number of earlier bytes of the frame. */
function unmask(bytes: Buffer, mask: Buffer, done: number): Buffer {
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = (bytes[at] ?? 0) ^ (mask[(done + at) & 3] ?? 0);
  return bytes;
}

function control(opcode: number, bytes: Buffer): Frame {
  if (opcode === PING) return { kind: "ping", bytes };
  if (opcode === PONG) return { kind: "pong" };
  if (opcode !== CLOSE) throw new ProtocolError(`opcode ${opcode} is not defined`);
  if (bytes.length === 1 || !isUtf8(bytes.subarray(2))) throw new ProtocolError("a close frame is invalid");
  return { kind: "close" };
}

/** Returns the header of a whole message or a control frame with `length` bytes. */
export function frameHeader(opcode: number, length: number): Buffer {
  const size = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const head = Buffer.alloc(size);
  head[0] = FIN | opcode;
  head[1] = size === 2 ? length : size === 4 ? 126 : 127;
  if (size === 4) head.writeUInt16BE(length, 2);
  if (size === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

/** Returns the payload of a close frame. */
export function closeCode(code: number): Buffer {
  return Buffer.from([code >> 8, code & 0xff]);
}
