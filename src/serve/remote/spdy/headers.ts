import { constants, inflateRawSync } from "node:zlib";
import { ProtocolError } from "../protocol-error.ts";
import { DICTIONARY } from "./dictionary.ts";

/** The headers of a stream, with lower-case names. */
export type Headers = ReadonlyMap<string, string>;

/** The largest decompressed block; the blocks of Kubernetes have about 100 bytes. */
const MAX_HEADER_BYTES = 16 * 1024;

/** The largest distance to which a compressed block may refer back. */
const WINDOW_BYTES = 32 * 1024;

const USES_DICTIONARY = 0x20;
/** The Adler-32 checksum of the dictionary. */
const DICTIONARY_ID = 0xe3c6a7c2;

/**
 * Decompresses the header blocks of one direction of a connection. They are parts of one zlib stream, and each ends at a
 * whole byte. With the text before it as dictionary, each block can be decompressed alone, with a limit on its size.
 */
export class HeaderReader {
  #history: Buffer | undefined;

  /** Throws ProtocolError. */
  read(block: Buffer): Headers {
    const isFirst = this.#history === undefined;
    const before = this.#history ?? (usesDictionary(block) ? DICTIONARY : Buffer.alloc(0));
    const unpacked = unpack(isFirst ? block.subarray(before.length > 0 ? 6 : 2) : block, before);
    this.#history = Buffer.concat([before, unpacked]).subarray(-WINDOW_BYTES);
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

const FIRST_HEADER = Buffer.from([0x78, USES_DICTIONARY, 0xe3, 0xc6, 0xa7, 0xc2]);
/** A block that is stored without compression: four bytes for "no headers", and an empty block that flushes them. */
const NO_HEADERS = Buffer.from([0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);

/** Returns a header block without headers, the only one that a server sends. */
export function noHeaders(isFirst: boolean): Buffer {
  return isFirst ? Buffer.concat([FIRST_HEADER, NO_HEADERS]) : NO_HEADERS;
}
