/** The code unit of the byte 0: a byte above 127 that is not part of UTF-8 becomes a lone surrogate, U+DC80 to U+DCFF. */
const ESCAPE = 0xdc00;

/** Returns the text of bytes. Those that are no UTF-8 become a text that only `bytesOfText` can turn back. */
export function textOfBytes(bytes: Buffer): string {
  const text = bytes.toString();
  if (Buffer.from(text).equals(bytes)) return text;
  return [...bytes].map((byte) => String.fromCharCode(byte < 0x80 ? byte : ESCAPE + byte)).join("");
}

/** Returns the text without the bytes that are no UTF-8. */
export function withoutBytes(text: string): string {
  return text.replace(/[\udc80-\udcff]/gu, "");
}

/** Returns the bytes of a text, or of what `textOfBytes` has made, also as a part of a longer text. */
export function bytesOfText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  const parts = text.split(/([\udc80-\udcff])/u);
  return Buffer.concat(
    parts.map((part, at) => (at % 2 === 0 ? Buffer.from(part) : Buffer.of(part.charCodeAt(0) - ESCAPE))),
  );
}
