export const MESSAGE = Buffer.from("MESSAGE=");
const TRANSPORT = Buffer.from("_TRANSPORT=stdout");
const LINE_BREAK = Buffer.from("_LINE_BREAK=");
const STREAM = Buffer.from("_STREAM_ID=");
const EMPTY = Buffer.alloc(0);

/** What follows a message, by the reason for the end of its entry. `log-copy.ts` has the reasons. */
const ENDS = new Map([
  ["line-max", EMPTY],
  ["pid-change", EMPTY],
  ["eof", EMPTY],
  ["nul", Buffer.from([0])],
]);

/** A value of an entry: a message, the mark of standard output, the end of a part of a line, or anything else. */
export type Value = { readonly message: Buffer } | { readonly end: Buffer } | "stdout" | "other";

/** Throws for an unknown reason for the end of a line. */
export function parseValue(bytes: Buffer): Value {
  if (startsWith(bytes, MESSAGE)) return { message: bytes.subarray(MESSAGE.length) };
  if (bytes.equals(TRANSPORT)) return "stdout";
  if (!startsWith(bytes, LINE_BREAK)) return "other";
  const end = ENDS.get(bytes.toString("latin1", LINE_BREAK.length));
  if (end === undefined) throw new Error("the journal has an unknown reason for the end of a line");
  return { end };
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.subarray(0, start.length).equals(start);
}

/** Returns the stream of a value of `_STREAM_ID`; undefined for other values. */
export function streamOf(bytes: Buffer): string | undefined {
  return startsWith(bytes, STREAM) ? bytes.toString("latin1", STREAM.length) : undefined;
}
