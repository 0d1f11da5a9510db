import { ProtocolError } from "../protocol-error.ts";
import { HeaderReader, type Headers } from "./headers.ts";

/** A frame of a client. The fragments of a long data frame are given out as they arrive. */
export type Frame =
  | { readonly kind: "stream"; readonly id: number; readonly headers: Headers; readonly isLast: boolean }
  | { readonly kind: "data"; readonly id: number; readonly bytes: Buffer; readonly isLast: boolean }
  | { readonly kind: "reset"; readonly id: number }
  | { readonly kind: "ping"; readonly id: number }
  | { readonly kind: "goAway" }
  /** Frames that are ignored: settings, windows and later headers. */
  | { readonly kind: "other" };

const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const HEADERS = 8;
const WINDOW_UPDATE = 9;

const FIN = 1;
const HEADER_BYTES = 8;
const CONTROL = 0x8000;
const VERSION = 3;
const ID = 0x7fffffff;

/** The largest payload of a control frame. Only control frames are buffered until they are complete. */
const MAX_CONTROL_BYTES = 16 * 1024;

/** A parser of the frames of a connection. */
export class FrameReader {
  readonly #headers = new HeaderReader();
  #bytes: Buffer = Buffer.alloc(0);
  /** The current data frame, and the number of its bytes that are missing. */
  #data: { readonly id: number; readonly isLast: boolean; left: number } | undefined;

  /** Throws ProtocolError. */
  *push(bytes: Buffer): Generator<Frame> {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) yield frame;
  }

  #next(): Frame | undefined {
    if (this.#data !== undefined) return this.#fragment(this.#data);
    if (this.#bytes.length < HEADER_BYTES) return undefined;
    const [start, flags] = [this.#bytes.readUInt16BE(0), this.#bytes.readUInt8(4)];
    const length = this.#bytes.readUInt32BE(4) & 0xffffff;
    if ((start & CONTROL) === 0) {
      const id = this.#take(HEADER_BYTES).readUInt32BE(0);
      this.#data = { id, isLast: (flags & FIN) !== 0, left: length };
      return this.#fragment(this.#data);
    }
    if ((start & ~CONTROL) !== VERSION) throw new ProtocolError(`this is not SPDY/3: version ${start & ~CONTROL}`);
    if (length > MAX_CONTROL_BYTES) throw new ProtocolError(`a control frame of ${length} bytes is too large`);
    if (this.#bytes.length < HEADER_BYTES + length) return undefined;
    const type = this.#take(HEADER_BYTES).readUInt16BE(2);
    return this.#control(type, (flags & FIN) !== 0, this.#take(length));
  }

  #fragment(data: { readonly id: number; readonly isLast: boolean; left: number }): Frame | undefined {
    if (data.left > 0 && this.#bytes.length === 0) return undefined;
    const bytes = this.#take(Math.min(data.left, this.#bytes.length));
    data.left -= bytes.length;
    if (data.left === 0) this.#data = undefined;
    return { kind: "data", id: data.id, bytes, isLast: data.isLast && data.left === 0 };
  }

  #control(type: number, isLast: boolean, payload: Buffer): Frame {
    const id = () => {
      if (payload.length < 4) throw new ProtocolError(`a control frame of type ${type} is too short`);
      return payload.readUInt32BE(0) & ID;
    };
    switch (type) {
      case SYN_STREAM:
        return { kind: "stream", id: id(), headers: this.#headers.read(payload.subarray(10)), isLast };
      case SYN_REPLY:
      case HEADERS:
        // The block is decompressed all the same, because later blocks refer to it.
        this.#headers.read(payload.subarray(4));
        return { kind: "other" };
      case RST_STREAM:
        return { kind: "reset", id: id() };
      case PING:
        return { kind: "ping", id: id() };
      case GOAWAY:
        return { kind: "goAway" };
      default:
        return { kind: "other" };
    }
  }

  #take(length: number): Buffer {
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }
}

/** The status codes of RST_STREAM. */
export const PROTOCOL_ERROR = 1;
export const REFUSED_STREAM = 3;
export const CANCEL = 5;

/** Returns the header of a data frame with `length` bytes. */
export function dataHeader(id: number, length: number, isLast: boolean): Buffer {
  return head(id, isLast ? FIN : 0, length);
}

/** Returns a SYN_REPLY. `noHeaders` is a compressed header block. */
export function reply(id: number, noHeaders: Buffer): Buffer {
  return Buffer.concat([control(SYN_REPLY, 4 + noHeaders.length), numbers(id), noHeaders]);
}

/** Returns a RST_STREAM. */
export function reset(id: number, status: number): Buffer {
  return Buffer.concat([control(RST_STREAM, 8), numbers(id, status)]);
}

/** Returns a PING. */
export function ping(id: number): Buffer {
  return Buffer.concat([control(PING, 4), numbers(id)]);
}

/** Returns a GOAWAY. `last` is the newest stream that was served. Status 0 means a normal end, 1 a protocol error. */
export function goAway(last: number, status: number): Buffer {
  return Buffer.concat([control(GOAWAY, 8), numbers(last, status)]);
}

/** Returns a WINDOW_UPDATE. Stream 0 is the whole connection. */
export function windowUpdate(id: number, bytes: number): Buffer {
  return Buffer.concat([control(WINDOW_UPDATE, 8), numbers(id, bytes)]);
}

function control(type: number, length: number): Buffer {
  return head((((CONTROL | VERSION) << 16) | type) >>> 0, 0, length);
}

function head(first: number, flags: number, length: number): Buffer {
  return numbers(first, ((flags << 24) | length) >>> 0);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => {
    bytes.writeUInt32BE(value, at * 4);
  });
  return bytes;
}
