import { UnquotableError } from "../../unitfile/quote.ts";

/** Limit of what values add to one text: Linux passes no longer argument to a program. */
const MAX_VALUE_BYTES = 128 * 1024;
/** Limit of all arguments or variables of a container: Linux passes no more to a program. */
const MAX_TOTAL_BYTES = 6 * 1024 * 1024;

type Find = (name: string) => string | undefined;

/**
 * Replaces `$(NAME)` (`third_party/forked/golang/expansion/expand.go: Expand`, v1.36): `$$` is a literal `$`, an
 * unknown or unclosed reference stays. Throws UnquotableError above 128 KiB, because variables made of each other can
 * double thirty times.
 */
export function expand(text: string, find: Find): string {
  // No reference closes after the last parenthesis. Searching there from each "$(" would take quadratic time.
  const closed = text.lastIndexOf(")") + 1;
  let added = 0;
  const replaced = text.slice(0, closed).replace(/\$(\$|\(([^)]*)\))/g, (whole, second: string, name?: string) => {
    if (second === "$") return "$";
    const value = find(name ?? "") ?? whole;
    added += Buffer.byteLength(value);
    if (added > MAX_VALUE_BYTES)
      throw new UnquotableError("expands a variable to more than the 128 KiB that Linux passes to a program");
    return value;
  });
  return replaced + text.slice(closed).replaceAll("$$", () => "$");
}

/** Expands each word. Throws UnquotableError above 6 MiB in all. */
export function expandAll(words: readonly string[], find: Find): readonly string[] {
  let size = 0;
  return words.map((word) => {
    const expanded = expand(word, find);
    size = addSize(size, expanded);
    return expanded;
  });
}

/** Adds the bytes of a text to `size`. Throws UnquotableError above MAX_TOTAL_BYTES. */
export function addSize(size: number, text: string): number {
  const sum = size + Buffer.byteLength(text);
  if (sum > MAX_TOTAL_BYTES)
    throw new UnquotableError("has more words or variables than the 6 MiB that Linux passes to a program");
  return sum;
}
