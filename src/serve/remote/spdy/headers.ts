import { constants, inflateRawSync } from "node:zlib";
import { ProtocolError } from "../protocol-error.ts";
import { DICTIONARY } from "./dictionary.ts";

/** Those of a stream, lower-case. */
export type Headers = ReadonlyMap<string, string>;

/** Unpacked, in bytes: Kubernetes sends about a hundred. */
const MAX_HEADER_BYTES = 16 * 1024;

/** As far as a compressed block may point back. */
const WINDOW_BYTES = 32 * 1024;

const USES_DICTIONARY = 0x20;
/** Its Adler-32. */
const DICTIONARY_ID = 0xe3c6a7c2;

/**
 * Unpacks the header blocks of one direction of a connection: pieces of one zlib stream, each of which ends at a whole
 * byte. All that they have in common is what was said before, so each can be unpacked by itself, with a bound.
 */
export class HeaderReader {
  #said: Buffer | undefined;

  /** Throws ProtocolError. */
  read(block: Buffer): Headers {
    const isFirst = this.#said === undefined;
    const before = this.#said ?? (usesDictionary(block) ? DICTIONARY : Buffer.alloc(0));
    const unpacked = unpack(isFirst ? block.subarray(before.length > 0 ? 6 : 2) : block, before);
    this.#said = Buffer.concat([before, unpacked]).subarray(-WINDOW_BYTES);
    return parse(unpacked);
  }
}

function usesDictionary(block: Buffer): boolean {
  const [method = 0, flags = 0] = block;
  if (block.length < 2 || (method & 0x0f) !== 8 || (method * 256 + flags) % 31 !== 0)
    throw new ProtocolError("headers are not compressed with zlib");
  if ((flags & USES_DICTIONARY) === 0) return false;
  if (block.length < 6 || block.readUInt32BE(2) !== DICTIONARY_ID)
    throw new ProtocolError("headers are compressed with another dictionary");
  return true;
}

function unpack(block: Buffer, before: Buffer): Buffer {
  const dictionary = before.length > 0 ? { dictionary: before } : {};
  try {
    return inflateRawSync(block, {
      ...dictionary,
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: MAX_HEADER_BYTES,
    });
  } catch (error) {
    throw new ProtocolError(`headers cannot be unpacked: ${(error as Error).message}`);
  }
}

function parse(bytes: Buffer): Headers {
  let at = 0;
  const number = () => {
    if (at + 4 > bytes.length) throw new ProtocolError("headers end too early");
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  const text = () => {
    const length = number();
    if (at + length > bytes.length) throw new ProtocolError("headers end too early");
    at += length;
    return bytes.toString("utf8", at - length, at);
  };
  const headers = new Map<string, string>();
  for (let left = number(); left > 0; left -= 1) headers.set(text().toLowerCase(), text());
  return headers;
}

const FIRST = Buffer.from([0x78, USES_DICTIONARY, 0xe3, 0xc6, 0xa7, 0xc2]);
/** Stored, not compressed: four bytes that say that there is no header, and the empty block that flushes them. */
const NONE = Buffer.from([0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);

/** A block without a header, which is all that a server has to say. */
export function noHeaders(isFirst: boolean): Buffer {
  return isFirst ? Buffer.concat([FIRST, NONE]) : NONE;
}
