const MASK = Buffer.from([0xa1, 0xb2, 0xc3, 0xd4]);

/** A frame as a client sends it. */
export function frame(opcode: number, content: string | Uint8Array, { isFinal = true, mask = MASK } = {}): Buffer {
  const bytes = Buffer.from(content as string);
  const isLong = bytes.length > 125;
  const length = isLong ? [0x80 | 126, bytes.length >> 8, bytes.length & 0xff] : [0x80 | bytes.length];
  const masked = bytes.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Buffer.from([(isFinal ? 0x80 : 0) | opcode, ...length]), mask, masked]);
}

export const binary = (...bytes: (number | string)[]): Buffer =>
  frame(2, Buffer.concat(bytes.map((each) => (typeof each === "number" ? Buffer.from([each]) : Buffer.from(each)))));

/** What the server has sent: opcode and content of each frame. */
export function describeFrames(bytes: Buffer): (readonly [opcode: number, content: string])[] {
  const frames: (readonly [number, string])[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const short = bytes.readUInt8(at + 1);
    const size = short === 127 ? 10 : short === 126 ? 4 : 2;
    const length =
      short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short === 126 ? bytes.readUInt16BE(at + 2) : short;
    if (at + size + length > bytes.length) break;
    frames.push([bytes.readUInt8(at) & 0x0f, bytes.toString("latin1", at + size, at + size + length)]);
    at += size + length;
  }
  return frames;
}
