import * as fc from "fast-check";
import { UnquotableError } from "../../src/unitfile/quote.ts";

/** Pieces that mean something to systemd, to a shell, to ini or to JSON. */
const PIECES = [
  '"',
  "'",
  "\\",
  "\\\\",
  "\\n",
  "\\x0a",
  "%",
  "%%",
  "%n",
  "%i",
  "$",
  "$$",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: systemd would expand it
  "${HOME}",
  "$(VAR)",
  "`id`",
  ";",
  " ; ",
  "#",
  "=",
  ":",
  "-",
  "+",
  "@",
  "!",
  "|",
  "&",
  "[Service]",
  "\n[Service]\n",
  "\nExecStart=/bin/evil\n",
  "\r\nExecStart=/bin/evil\r\n",
  "\\\n",
  "\t",
  " ",
  "\u00a0",
  "\u2028",
  "\u2029",
  "\ufeff",
  "\u0085",
  "\x1b[31m",
  "\x01",
  "\x7f",
  "é",
  "日本",
  "👩‍🚀",
  "__proto__",
  "true",
  "null",
  "/../",
  "--",
];

/** Text that a pod may carry and a unit may carry: no NUL, no half characters. */
export const hostileText = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join("")),
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.replaceAll("\0", "")),
  fc
    .tuple(fc.constantFrom(...PIECES), fc.string({ maxLength: 10 }))
    .map(([piece, text]) => piece + text.replaceAll("\0", "") + piece),
);

/** Anything that JavaScript calls a string. */
export const anyText = fc.oneof(
  hostileText,
  fc
    .array(fc.constantFrom("\0", "\ud800", "\udfff", "a", '"', "\n", "\uffff", "\ufdd0"), { maxLength: 6 })
    .map((pieces) => pieces.join("")),
);

/** One of everything, for a table and for the real systemd. */
export const HOSTILE_VALUES: readonly string[] = [
  "",
  ...PIECES,
  ...PIECES.map((piece) => `${piece}x${piece}`),
  ...PIECES.map((piece) => `a ${piece} b`),
  ...Array.from({ length: 127 }, (_, at) => `<${String.fromCharCode(at + 1)}>`),
  "\ufdd0\ufffe\uffff\u{1fffe}\u{10ffff}",
  "x".repeat(100_000),
  '\\"%$\n'.repeat(4_000),
];

/** Undefined when it is refused in the right way. */
export function unlessRefused<T>(
  quote: () => T,
  refusal: new (message: string) => Error = UnquotableError,
): T | undefined {
  try {
    return quote();
  } catch (error) {
    if (error instanceof refusal) return undefined;
    throw error;
  }
}
