import { UnquotableError } from "../../unitfile/quote.ts";

/** Characters that values may add to a text: Linux passes no longer word to a program. */
const MAX_VALUE_BYTES = 128 * 1024;
/** Characters of all words or variables of a container: Linux passes no more to a program. */
const MAX_TOTAL_BYTES = 6 * 1024 * 1024;

type Find = (name: string) => string | undefined;

/**
 * `$(NAME)` in text replaced as the kubelet does it: `$$` is a literal `$`, an unknown or unclosed reference stays as it is.
 * Throws UnquotableError for what becomes too long: variables that are made of each other can double thirty times.
 */
export function expand(text: string, find: Find): string {
  // After the last parenthesis none is closed: to look for it again from each one would take the square of the length.
  const closed = text.lastIndexOf(")") + 1;
  let added = 0;
  const replaced = text.slice(0, closed).replace(/\$(\$|\(([^)]*)\))/g, (whole, second: string, name?: string) => {
    if (second === "$") return "$";
    const value = find(name ?? "") ?? whole;
    added += value.length;
    if (added > MAX_VALUE_BYTES)
      throw new UnquotableError("expands a variable to more than the 128 KiB that Linux passes to a program");
    return value;
  });
  return replaced + text.slice(closed).replaceAll("$$", () => "$");
}

/** Each of them. Throws UnquotableError when they become too much together. */
export function expandAll(words: readonly string[], find: Find): readonly string[] {
  let size = 0;
  return words.map((word) => {
    const expanded = expand(word, find);
    size = addSize(size, expanded);
    return expanded;
  });
}

/** Throws UnquotableError when it is too much. */
export function addSize(size: number, text: string): number {
  if (size + text.length > MAX_TOTAL_BYTES)
    throw new UnquotableError("has more words or variables than the 6 MiB that Linux passes to a program");
  return size + text.length;
}
