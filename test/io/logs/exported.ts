/** One entry of a journal. Each character of the message is one byte. */
export interface Written {
  readonly message: string;
  /** Microseconds since the epoch. */
  readonly at: number;
  readonly cursor?: string;
  readonly lineBreak?: string;
  readonly stream?: string;
  readonly invocation?: string;
}

/** The entry as `journalctl --output=export` prints it. */
export function exported({ message, at, cursor = "s=1;i=2", lineBreak, stream, invocation }: Written): Buffer {
  const fields = [
    `__CURSOR=${cursor}`,
    `__REALTIME_TIMESTAMP=${at}`,
    "__MONOTONIC_TIMESTAMP=1234",
    `_BOOT_ID=${"f".repeat(32)}`,
    ...(stream === undefined ? [] : [`_STREAM_ID=${stream}`]),
    ...(lineBreak === undefined ? [] : [`_LINE_BREAK=${lineBreak}`]),
  ];
  const end = invocation === undefined ? "" : `_SYSTEMD_INVOCATION_ID=${invocation}\n`;
  return Buffer.concat([Buffer.from(`${fields.join("\n")}\n`), messageField(message), Buffer.from(`${end}\n`)]);
}

/** Bytes other than those of printable text follow their length. */
function messageField(message: string): Buffer {
  const bytes = Buffer.from(message, "latin1");
  if (/^[\x20-\x7e\t]*$/.test(message)) return Buffer.concat([Buffer.from("MESSAGE="), bytes, Buffer.from("\n")]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from("MESSAGE\n"), length, bytes, Buffer.from("\n")]);
}
