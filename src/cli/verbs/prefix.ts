const NEWLINE = 0x0a;

/** Yields the chunks of a log with a text before each line. A line may be in several chunks. */
export async function* withPrefix(log: AsyncIterable<Buffer>, prefix: string): AsyncGenerator<Buffer> {
  if (prefix === "") return yield* log;
  const before = Buffer.from(prefix);
  let isAtStart = true;
  for await (const chunk of log) {
    const parts: Buffer[] = [];
    for (let from = 0; from < chunk.length; ) {
      const end = chunk.indexOf(NEWLINE, from);
      const to = end < 0 ? chunk.length : end + 1;
      if (isAtStart) parts.push(before);
      parts.push(chunk.subarray(from, to));
      isAtStart = end >= 0;
      from = to;
    }
    yield Buffer.concat(parts);
  }
}
