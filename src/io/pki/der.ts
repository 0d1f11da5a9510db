/** The encoders of ASN.1 DER (X.690) that certificates and certificate requests need. */

/** Encodes a SEQUENCE. `parts` are encoded values. */
export function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

/** Encodes a SET. `parts` are encoded values in the order that DER requires, which is not checked. */
export function set(...parts: readonly Buffer[]): Buffer {
  return tagged(0x31, ...parts);
}

/** Encodes an unsigned, big-endian integer. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Buffer.from([0]) : Buffer.from(bytes.subarray(first));
  // With the first bit set, the number would be negative.
  return tagged(0x02, (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}

/** Encodes a BIT STRING. `unusedBits` is the number of bits at the end of the last byte that do not count. */
export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return tagged(0x03, Buffer.from([unusedBits]), Buffer.from(bytes));
}

/** Encodes an OCTET STRING. */
export function octetString(bytes: Uint8Array): Buffer {
  return tagged(0x04, Buffer.from(bytes));
}

/** Encodes a UTF8String. */
export function utf8String(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text));
}

/** Encodes a PrintableString: letters, digits and a few signs, the usual type of names in certificates. */
export function printableString(text: string): Buffer {
  return tagged(0x13, Buffer.from(text));
}

export const TRUE: Buffer = tagged(0x01, Buffer.from([0xff]));

/** Encodes an OBJECT IDENTIFIER such as "1.2.840.10045.4.3.2". */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split(".").map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

/** Encodes a time: UTCTime before the year 2050, and GeneralizedTime from then on (RFC 5280, 4.1.2.5). */
export function time(at: Date): Buffer {
  const digits = `${at.toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`;
  return at.getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits));
}

/** Encodes values with an explicit tag of the context-specific class. `number` is from 0 to 30. */
export function explicit(number: number, ...parts: readonly Buffer[]): Buffer {
  return tagged(0xa0 + number, ...parts);
}

/** Encodes a primitive value with an implicit tag of the context-specific class. `number` is from 0 to 30. */
export function implicit(number: number, bytes: Uint8Array): Buffer {
  return tagged(0x80 + number, Buffer.from(bytes));
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
}

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.from([size]);
  const digits: number[] = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Buffer.from([0x80 + digits.length, ...digits]);
}

function base128(value: number): number[] {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) + 128);
  return digits;
}
